/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;

import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of a publisher. Signals arrive on any thread, the callbacks of the
 * call on its own: they run one at a time, and the fields below {@link #turn} are guarded
 * by it.
 *
 * @param <T> the type of the messages
 */
final class PublisherWriter<T> implements Flow.Subscriber<T> {

	/**
	 * How many messages are asked for and not yet sent, at most. Half of them sent, as
	 * many are asked for again.
	 */
	static final int BATCH = 16;

	private static final Logger logger = LoggerFactory.getLogger(StreamWriter.class);

	private final ServerCallStreamObserver<T> responses;

	private final CallEnd end;

	private final Queue<T> received = new ConcurrentLinkedQueue<>();

	private final Runnable send = this::send;

	private final Trampoline turn = new Trampoline();

	private Flow.@Nullable Subscription subscription;

	private int outstanding;

	private boolean sourceEnded;

	private @Nullable Throwable sourceError;

	private boolean done;

	PublisherWriter(ServerCallStreamObserver<T> responses) {
		this.responses = responses;
		this.end = CallEnd.watch(responses, () -> this.turn.execute(this::stop));
		responses.setOnReadyHandler(() -> this.turn.execute(this.send));
	}

	void start(Runnable subscribe) {
		try {
			subscribe.run();
		}
		catch (Throwable ex) {
			this.turn.execute(this::stop);
			throw ex;
		}
	}

	// From the publisher

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		Objects.requireNonNull(subscription, "subscription");
		this.turn.execute(() -> subscribed(subscription));
	}

	@Override
	public void onNext(T message) {
		this.received.add(Objects.requireNonNull(message, "message"));
		this.turn.execute(this.send);
	}

	@Override
	public void onError(Throwable ex) {
		Objects.requireNonNull(ex, "ex");
		this.turn.execute(() -> sourceEnded(ex));
	}

	@Override
	public void onComplete() {
		this.turn.execute(() -> sourceEnded(null));
	}

	// Whose turn it is

	private void subscribed(Flow.Subscription subscription) {
		if (this.done || this.subscription != null) {
			cancel(subscription);
			return;
		}
		this.subscription = subscription;
		send();
	}

	private void sourceEnded(@Nullable Throwable ex) {
		if (!this.sourceEnded) {
			this.sourceEnded = true;
			this.sourceError = ex;
			send();
		}
	}

	private void send() {
		if (this.done) {
			this.received.clear();
			return;
		}
		try {
			sendWhileReady();
		}
		catch (Throwable ex) {
			stop();
			fail(ex);
		}
	}

	private void sendWhileReady() {
		boolean ready = this.responses.isReady();
		while (ready && !this.received.isEmpty()) {
			if (this.end.reached()) {
				stop();
				return;
			}
			this.outstanding--;
			this.responses.onNext(this.received.remove());
			ready = this.responses.isReady();
		}
		if (this.sourceEnded) {
			if (this.received.isEmpty()) {
				complete();
			}
		}
		else if (ready && this.subscription != null && this.outstanding <= BATCH / 2) {
			int more = BATCH - this.outstanding;
			this.outstanding = BATCH;
			this.subscription.request(more);
		}
	}

	private void complete() {
		this.done = true;
		if (this.sourceError != null) {
			fail(this.sourceError);
			return;
		}
		try {
			this.responses.onCompleted();
		}
		catch (Throwable ex) {
			this.end.failed(ex);
		}
	}

	private void fail(Throwable ex) {
		try {
			this.responses.onError(ex);
		}
		catch (Throwable failure) {
			this.end.failed(failure);
		}
	}

	private void stop() {
		this.received.clear();
		if (this.done) {
			return;
		}
		this.done = true;
		if (this.subscription != null && !this.sourceEnded) {
			cancel(this.subscription);
		}
	}

	private static void cancel(Flow.Subscription subscription) {
		try {
			subscription.cancel();
		}
		catch (Throwable ex) {
			logger.warn("Cannot close the source of a stream", ex);
		}
	}

}
