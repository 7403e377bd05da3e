/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.stub.StreamObserver;

/**
 * A stream of both directions that is opened again, a moment after it ended.
 *
 * @param <Q> the type of requests
 * @param <R> the type of responses
 */
abstract class StreamLoad<Q, R> {

	private static final long PAUSE_MILLIS = 100;

	private final ScheduledExecutorService scheduler;

	private final Gaps gaps = new Gaps();

	private volatile boolean over;

	private StreamObserver<Q> requests;

	StreamLoad(ScheduledExecutorService scheduler) {
		this.scheduler = scheduler;
	}

	/**
	 * Make the call.
	 */
	abstract StreamObserver<Q> open(StreamObserver<R> responses);

	/**
	 * Return the first request of a call.
	 */
	abstract Q first();

	void received(R response) {
	}

	final synchronized void start() {
		if (!this.over) {
			this.requests = open(new Responses());
			this.requests.onNext(first());
		}
	}

	/**
	 * Send, unless the stream has just ended.
	 */
	final synchronized void send(Q request) {
		this.requests.onNext(request);
	}

	final Gaps gaps() {
		return this.gaps;
	}

	final synchronized void stop() {
		this.over = true;
		this.requests.onCompleted();
	}

	private final class Responses implements StreamObserver<R> {

		@Override
		public void onNext(R response) {
			StreamLoad.this.gaps.message();
			received(response);
		}

		@Override
		public void onError(Throwable ex) {
			over();
		}

		private void over() {
			if (StreamLoad.this.over) {
				return;
			}
			StreamLoad.this.scheduler.schedule(StreamLoad.this::start, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
		}

		@Override
		public void onCompleted() {
			over();
		}

	}

}
