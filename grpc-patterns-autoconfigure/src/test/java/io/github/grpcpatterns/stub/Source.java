/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.Iterator;
import java.util.Spliterators;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.stub.StreamObserver;
import org.reactivestreams.FlowAdapters;

/**
 * Messages numbered from 0, as any of the kinds that a {@link StreamWriter} takes. Counts
 * what it is asked, and notices when it is used by two threads at once, or after its end.
 */
final class Source implements Iterator<PingResponse>, AutoCloseable {

	static final int ENDLESS = Integer.MAX_VALUE;

	private static final ExecutorService PUBLISHERS = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "publisher");
		thread.setDaemon(true);
		return thread;
	});

	final AtomicInteger read = new AtomicInteger();

	final AtomicInteger closes = new AtomicInteger();

	final AtomicInteger misuses = new AtomicInteger();

	private final AtomicBoolean busy = new AtomicBoolean();

	private final int size;

	private final ByteString payload;

	private final int failsAt;

	private RuntimeException closeFailure;

	Source(int size) {
		this(size, 0, -1);
	}

	Source(int size, int payload, int failsAt) {
		this.size = size;
		this.payload = ByteString.copyFrom(new byte[payload]);
		this.failsAt = failsAt;
	}

	Source failingToClose(RuntimeException failure) {
		this.closeFailure = failure;
		return this;
	}

	@Override
	public boolean hasNext() {
		return this.read.get() < this.size;
	}

	@Override
	public PingResponse next() {
		enter();
		int number = this.read.getAndIncrement();
		PingResponse message = PingResponse.newBuilder().setCounter(number).setPayload(this.payload).build();
		this.busy.set(false);
		if (number == this.failsAt) {
			throw new UnsupportedOperationException("secret text");
		}
		return message;
	}

	@Override
	public void close() {
		enter();
		this.closes.incrementAndGet();
		this.busy.set(false);
		if (this.closeFailure != null) {
			throw this.closeFailure;
		}
	}

	private void enter() {
		if (!this.busy.compareAndSet(false, true) || this.closes.get() > 0) {
			this.misuses.incrementAndGet();
		}
	}

	/**
	 * What can be written.
	 */
	enum Kind {

		ITERATOR {
			@Override
			void send(Source source, StreamObserver<PingResponse> responses) {
				StreamWriter.send(source, responses);
			}
		},

		STREAM {
			@Override
			void send(Source source, StreamObserver<PingResponse> responses) {
				Stream<PingResponse> stream = StreamSupport.stream(Spliterators.spliteratorUnknownSize(source, 0),
						false);
				StreamWriter.send(stream.onClose(source::close), responses);
			}
		},

		FLOW {
			@Override
			void send(Source source, StreamObserver<PingResponse> responses) {
				StreamWriter.send(new Publisher(source), responses);
			}
		},

		REACTIVE {
			@Override
			void send(Source source, StreamObserver<PingResponse> responses) {
				StreamWriter.sendPublisher(FlowAdapters.toPublisher(new Publisher(source)), responses);
			}
		};

		abstract void send(Source source, StreamObserver<PingResponse> responses);

	}

	/**
	 * Publishes on threads of its own, and closes the source when it ends or is
	 * cancelled.
	 */
	static final class Publisher implements Flow.Publisher<PingResponse>, Flow.Subscription {

		final AtomicInteger demand = new AtomicInteger();

		final AtomicInteger cancels = new AtomicInteger();

		private final Source source;

		private final AtomicInteger pending = new AtomicInteger();

		private boolean done;

		private volatile Flow.Subscriber<? super PingResponse> subscriber;

		Publisher(Source source) {
			this.source = source;
		}

		@Override
		public void subscribe(Flow.Subscriber<? super PingResponse> subscriber) {
			this.subscriber = subscriber;
			PUBLISHERS.execute(() -> subscriber.onSubscribe(this));
		}

		@Override
		public void request(long n) {
			this.demand.addAndGet((int) n);
			wake();
		}

		@Override
		public void cancel() {
			this.cancels.incrementAndGet();
			wake();
		}

		private void wake() {
			if (this.pending.getAndIncrement() == 0) {
				PUBLISHERS.execute(() -> {
					int seen = 0;
					do {
						seen = this.pending.get();
						publish();
					}
					while (this.pending.addAndGet(-seen) > 0);
				});
			}
		}

		private void publish() {
			while (!this.done) {
				if (this.cancels.get() > 0) {
					this.done = true;
					this.source.close();
				}
				else if (!this.source.hasNext()) {
					this.done = true;
					this.source.close();
					this.subscriber.onComplete();
				}
				else if (this.demand.get() == 0) {
					return;
				}
				else {
					this.demand.decrementAndGet();
					try {
						this.subscriber.onNext(this.source.next());
					}
					catch (UnsupportedOperationException ex) {
						this.done = true;
						this.source.close();
						this.subscriber.onError(ex);
					}
				}
			}
		}

	}

}
