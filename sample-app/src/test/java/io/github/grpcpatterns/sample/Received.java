/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/**
 * Keeps what a stream brings.
 *
 * @param <R> type of the messages
 */
public final class Received<R> implements ClientResponseObserver<Object, R> {

	public final List<R> messages = new CopyOnWriteArrayList<>();

	public final CompletableFuture<Throwable> failure = new CompletableFuture<>();

	public final CompletableFuture<Void> completed = new CompletableFuture<>();

	final boolean reading;

	/**
	 * Receive everything, or the first message only.
	 */
	public Received(boolean reading) {
		this.reading = reading;
	}

	@Override
	public void beforeStart(ClientCallStreamObserver<Object> call) {
		if (!this.reading) {
			call.disableAutoRequestWithInitial(1);
		}
	}

	@Override
	public void onNext(R message) {
		this.messages.add(message);
	}

	@Override
	public void onError(Throwable ex) {
		this.failure.complete(ex);
		this.completed.completeExceptionally(ex);
	}

	@Override
	public void onCompleted() {
		this.completed.complete(null);
	}

}
