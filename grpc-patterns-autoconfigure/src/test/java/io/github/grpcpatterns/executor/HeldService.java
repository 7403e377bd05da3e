/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.shutdown.Drain;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * A service that holds its thread while it answers {@code hold}, and notes on which
 * thread each piece of its code runs.
 */
final class HeldService extends PingService {

	final AtomicInteger holding = new AtomicInteger();

	final CountDownLatch release = new CountDownLatch(1);

	/** What ran, and the name of its thread without the number. */
	final List<String> ran = new CopyOnWriteArrayList<>();

	private void ran(String what) {
		this.ran.add(what + " on " + Thread.currentThread().getName().replaceAll("\\d+", "n"));
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		ran("ping");
		if (request.getValue().equals("hold")) {
			this.holding.incrementAndGet();
			await();
		}
		super.ping(request, responses);
	}

	private void await() {
		try {
			this.release.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		ran("pingBidi");
		ServerCallStreamObserver<PingResponse> call = (ServerCallStreamObserver<PingResponse>) responses;
		call.setOnCancelHandler(() -> ran("onCancel"));
		call.setOnReadyHandler(() -> ran("onReady"));
		call.setOnCloseHandler(() -> ran("onClose"));
		Context.current().addListener((context) -> ran("cancelled"), Runnable::run);
		Drain.current().onDrain(() -> {
			ran("onDrain");
			responses.onNext(PingResponse.newBuilder().setValue("goodbye").build());
			responses.onCompleted();
		});
		return new StreamObserver<>() {

			@Override
			public void onNext(PingRequest request) {
				ran("onNext");
				responses.onNext(PingResponse.newBuilder().setValue(request.getValue()).build());
			}

			@Override
			public void onError(Throwable ex) {
				ran("onError");
			}

			@Override
			public void onCompleted() {
				ran("onCompleted");
				responses.onCompleted();
			}

		};
	}

}
