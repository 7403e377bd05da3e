/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;

/**
 * One stream in both directions, as a test leads it.
 *
 * @param <Q> type of the requests
 * @param <R> type of the answers
 */
public final class Conversation<Q, R> {

	public final Received<R> received = new Received<>(true);

	private final StreamObserver<Q> requests;

	public Conversation(Function<StreamObserver<R>, StreamObserver<Q>> method) {
		this.requests = method.apply(this.received);
	}

	public Conversation<Q, R> send(Q request) {
		this.requests.onNext(request);
		return this;
	}

	/**
	 * Send something and wait for one more message.
	 */
	public R ask(Q request) {
		int before = this.received.messages.size();
		send(request);
		Awaitility.await().until(() -> this.received.messages.size() > before);
		return this.received.messages.get(before);
	}

	public void complete() {
		this.requests.onCompleted();
		this.received.completed.orTimeout(20, TimeUnit.SECONDS).join();
	}

	public void cancel() {
		this.requests.onError(new IllegalStateException("the test has seen enough"));
	}

	public Throwable failure() {
		return this.received.failure.orTimeout(20, TimeUnit.SECONDS).join();
	}

}
