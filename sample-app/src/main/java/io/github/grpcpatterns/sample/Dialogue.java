/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.function.Function;

import io.github.grpcpatterns.shutdown.Drain;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One call in which each request gets one answer: asks for the next request when the last
 * one is answered and the client has read enough of the answers, so a client that does
 * not read is not read from either. The call ends after the client has, at once when the
 * server goes away, and with the error where a request is answered by an exception.
 *
 * @param <Q> type of the requests
 * @param <R> type of the answers
 */
public final class Dialogue<Q, R> implements StreamObserver<Q> {

	private final Function<Q, R> answer;

	private final ServerCallStreamObserver<R> responses;

	private boolean askWhenReady;

	private Dialogue(Function<Q, R> answer, ServerCallStreamObserver<R> responses) {
		this.answer = answer;
		this.responses = responses;
	}

	/**
	 * Begin, as the last thing that the method of a service does.
	 * @param <Q> type of the requests
	 * @param <R> type of the answers
	 * @param answer answers a request, on the thread of the call
	 * @param responses the observer that the method was given
	 * @return the observer of the requests, for the method to return
	 */
	public static <Q, R> StreamObserver<Q> start(Function<Q, R> answer, StreamObserver<R> responses) {
		Dialogue<Q, R> dialogue = new Dialogue<>(answer, (ServerCallStreamObserver<R>) responses);
		dialogue.start();
		return dialogue;
	}

	private void start() {
		this.responses.disableAutoRequest();
		this.responses.setOnReadyHandler(this::onReady);
		this.responses.setOnCancelHandler(() -> {
			// nothing is held; the handler is there so that onNext does not throw
		});
		Drain drain = Drain.current();
		drain.onDrain(drain::end); // whatever came is answered: nothing to wait for
		this.responses.request(1);
	}

	@Override
	public void onNext(Q request) {
		this.responses.onNext(this.answer.apply(request));
		if (this.responses.isReady()) {
			this.responses.request(1);
		}
		else {
			this.askWhenReady = true;
		}
	}

	private void onReady() {
		if (this.askWhenReady && this.responses.isReady()) {
			this.askWhenReady = false;
			this.responses.request(1);
		}
	}

	@Override
	public void onError(Throwable ex) {
		// the client has gone, there is nobody to answer
	}

	@Override
	public void onCompleted() {
		this.responses.onCompleted();
	}

}
