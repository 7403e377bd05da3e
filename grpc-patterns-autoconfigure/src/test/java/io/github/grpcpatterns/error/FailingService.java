/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.function.Supplier;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.stub.StreamObserver;

/**
 * A service that fails as the test says, with its first request or when a stream begins.
 */
final class FailingService extends PingService {

	volatile Way way = Way.THROW;

	volatile Supplier<? extends Throwable> failure = IllegalStateException::new;

	/**
	 * How the handler fails.
	 */
	enum Way {

		THROW, ON_ERROR, THROW_AT_START

	}

	void failWith(Way way, Supplier<? extends Throwable> failure) {
		this.way = way;
		this.failure = failure;
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		fail(responses);
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		fail(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		return pingBidi(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		if (this.way == Way.THROW_AT_START) {
			fail(responses);
		}
		return new Received<>() {

			@Override
			public void onNext(PingRequest request) {
				fail(responses);
			}

		};
	}

	private void fail(StreamObserver<PingResponse> responses) {
		if (this.way == Way.ON_ERROR) {
			responses.onError(this.failure.get());
		}
		else {
			throw FailingService.<RuntimeException>sneaky(this.failure.get());
		}
	}

	@SuppressWarnings("unchecked")
	static <T extends Throwable> RuntimeException sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

}
