/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.auth.GrpcAuthentication;
import io.github.grpcpatterns.shutdown.Drain;
import io.github.grpcpatterns.stub.StreamWriter;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * A service whose code blocks for two minutes, or until it is released, in the place that
 * the caller's name tells. For any other caller it answers at once.
 */
final class Blocking extends PingService {

	final AtomicInteger blocked = new AtomicInteger();

	final CountDownLatch released = new CountDownLatch(1);

	/** When the cancel handlers of callers ran. */
	final Map<String, Instant> cancelled = new ConcurrentHashMap<>();

	private void at(Place place, String caller) {
		if (place.name().equals(caller)) {
			this.blocked.incrementAndGet();
			try {
				this.released.await(2, TimeUnit.MINUTES);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static String caller() {
		return GrpcAuthentication.current().getName();
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		String caller = caller();
		if (!caller.equals(Place.SOURCE.name())) {
			sendWhileReady(request.getCount(), (ServerCallStreamObserver<PingResponse>) responses);
			return;
		}
		StreamWriter.send(new Iterator<>() {

			private int read;

			@Override
			public boolean hasNext() {
				if (this.read > 0) {
					at(Place.SOURCE, caller);
				}
				return this.read < request.getCount();
			}

			@Override
			public PingResponse next() {
				return PingResponse.newBuilder().setCounter(this.read++).build();
			}

		}, responses);
	}

	/**
	 * Goes on while the server drains, as a {@link StreamWriter} does not.
	 */
	private static void sendWhileReady(int messages, ServerCallStreamObserver<PingResponse> call) {
		AtomicInteger sent = new AtomicInteger();
		call.setOnReadyHandler(() -> {
			while (sent.get() < messages && call.isReady()) {
				call.onNext(PingResponse.newBuilder().setCounter(sent.getAndIncrement()).build());
			}
		});
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		String caller = caller();
		ServerCallStreamObserver<PingResponse> call = (ServerCallStreamObserver<PingResponse>) responses;
		call.setOnReadyHandler(() -> at(Place.READY, caller));
		call.setOnCloseHandler(() -> at(Place.COMPLETE, caller));
		call.setOnCancelHandler(() -> {
			this.cancelled.put(caller, Instant.now());
			at(Place.CANCEL, caller);
		});
		Context.current().addListener((context) -> at(Place.CONTEXT, caller), Runnable::run);
		Drain.current().onDrain(() -> at(Place.DRAIN, caller));
		at(Place.METHOD, caller);
		return new StreamObserver<>() {

			@Override
			public void onNext(PingRequest request) {
				at(Place.MESSAGE, caller);
				responses.onNext(PingResponse.getDefaultInstance());
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				at(Place.HALF_CLOSE, caller);
				responses.onCompleted();
			}

		};
	}

	/**
	 * A place for code of users.
	 */
	enum Place {

		METHOD, MESSAGE, HALF_CLOSE, READY, CANCEL, COMPLETE, CONTEXT, SOURCE, DRAIN

	}

}
