/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * A service with every kind of call, that answers unless a test sets a handler. A request
 * may ask for an error: {@code throw:X} throws, {@code error:X} answers with
 * {@code onError}, where X is a status code, or the simple name of an exception of
 * {@code java.lang} or {@code java.util}.
 */
public class PingService extends PingServiceGrpc.PingServiceImplBase {

	public final AtomicInteger calls = new AtomicInteger();

	private Runnable first = () -> {
	};

	private BiConsumer<PingRequest, ServerCallStreamObserver<PingResponse>> ping = this::answer;

	private BiConsumer<PingRequest, ServerCallStreamObserver<PingResponse>> pingList = this::answerAll;

	private Function<ServerCallStreamObserver<PingResponse>, StreamObserver<PingRequest>> pingBidi = this::echo;

	/**
	 * Set what runs first in every handler.
	 */
	public PingService first(Runnable first) {
		this.first = first;
		return this;
	}

	public PingService onPing(BiConsumer<PingRequest, ServerCallStreamObserver<PingResponse>> handler) {
		this.ping = handler;
		return this;
	}

	public PingService onPingList(BiConsumer<PingRequest, ServerCallStreamObserver<PingResponse>> handler) {
		this.pingList = handler;
		return this;
	}

	public PingService onPingBidi(
			Function<ServerCallStreamObserver<PingResponse>, StreamObserver<PingRequest>> handler) {
		this.pingBidi = handler;
		return this;
	}

	private ServerCallStreamObserver<PingResponse> begin(StreamObserver<PingResponse> responses) {
		this.calls.incrementAndGet();
		this.first.run();
		return (ServerCallStreamObserver<PingResponse>) responses;
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		this.ping.accept(request, begin(responses));
	}

	private void answer(PingRequest request, StreamObserver<PingResponse> responses) {
		if (!fails(request, responses)) {
			responses.onNext(answer(request, 0));
			responses.onCompleted();
		}
	}

	@Override
	public void pingIdempotent(PingRequest request, StreamObserver<PingResponse> responses) {
		ping(request, responses);
	}

	@Override
	public void pingSafe(PingRequest request, StreamObserver<PingResponse> responses) {
		ping(request, responses);
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		this.pingList.accept(request, begin(responses));
	}

	private void answerAll(PingRequest request, StreamObserver<PingResponse> responses) {
		if (fails(request, responses)) {
			return;
		}
		for (int i = 0; i < request.getCount(); i++) {
			responses.onNext(answer(request, i));
		}
		responses.onCompleted();
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		begin(responses);
		return new StreamObserver<>() {

			private int count;

			private boolean failed;

			@Override
			public void onNext(PingRequest request) {
				this.count++;
				this.failed |= fails(request, responses);
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				if (!this.failed) {
					responses.onNext(PingResponse.newBuilder().setCounter(this.count).build());
					responses.onCompleted();
				}
			}

		};
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		return this.pingBidi.apply(begin(responses));
	}

	/**
	 * Answer each request, as without a handler.
	 */
	public StreamObserver<PingRequest> echo(StreamObserver<PingResponse> responses) {
		return new StreamObserver<>() {

			private int count;

			private boolean failed;

			@Override
			public void onNext(PingRequest request) {
				this.failed |= fails(request, responses);
				if (!this.failed) {
					responses.onNext(answer(request, this.count++));
				}
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				if (!this.failed) {
					responses.onCompleted();
				}
			}

		};
	}

	private static PingResponse answer(PingRequest request, int counter) {
		return PingResponse.newBuilder()
			.setValue(request.getValue())
			.setCounter(counter)
			.setPayload(request.getPayload())
			.build();
	}

	private static boolean fails(PingRequest request, StreamObserver<PingResponse> responses) {
		String error = request.getError();
		if (error.startsWith("throw:")) {
			throw PingService.<RuntimeException>sneaky(exception(error.substring(6)));
		}
		if (error.startsWith("error:")) {
			responses.onError(exception(error.substring(6)));
			return true;
		}
		return false;
	}

	private static Throwable exception(String name) {
		for (Status.Code code : Status.Code.values()) {
			if (code.name().equals(name)) {
				return code.toStatus().withDescription("as requested").asRuntimeException();
			}
		}
		for (String prefix : new String[] { "java.lang.", "java.util.", "" }) {
			try {
				return (Throwable) Class.forName(prefix + name).getConstructor(String.class).newInstance("secret text");
			}
			catch (ReflectiveOperationException ex) {
				continue;
			}
		}
		throw new AssertionError("no such exception: " + name);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

}
