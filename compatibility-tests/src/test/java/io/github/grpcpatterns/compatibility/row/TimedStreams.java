/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.awaitility.Awaitility;

/**
 * Three streams of a server, and how long what happens to them takes: one that is paced,
 * one that falls silent, and one whose client goes.
 */
final class TimedStreams {

	private static final AtomicInteger NUMBERS = new AtomicInteger();

	/** So many intervals of the paced stream are looked at. */
	private static final int INTERVALS = 20;

	private final Stream paced;

	private final Stream silent;

	private final Stream gone;

	private final Blocking service;

	private final CapturedLog log;

	TimedStreams(App app, Blocking service, CapturedLog log) {
		this.service = service;
		this.log = log;
		this.paced = new Stream("paced");
		PingServiceGrpc.newStub(app.as(this.paced.caller))
			.pingList(PingRequest.newBuilder().setCount(10_000).build(), this.paced);
		this.silent = new Stream("silent");
		PingServiceGrpc.newStub(app.as(this.silent.caller)).pingBidi(this.silent);
		this.gone = new Stream("gone");
		PingServiceGrpc.newStub(app.as(this.gone.caller)).pingBidi(this.gone);
		talk();
		this.paced.await(1);
		this.silent.await(1);
		this.gone.await(1);
	}

	/**
	 * Keep the streams from being silent for too long.
	 */
	void talk() {
		this.silent.requests.onNext(PingRequest.getDefaultInstance());
		this.gone.requests.onNext(PingRequest.getDefaultInstance());
	}

	/**
	 * Measure, and end the streams.
	 */
	Map<String, Duration> measure() {
		Map<String, Duration> times = new TreeMap<>();
		int answered = this.silent.received.size();
		talk();
		int received = this.paced.received.size();
		Instant cancel = Instant.now();
		this.gone.requests.cancel("the test goes", null);
		times.put("a cancel until its handler hears of it", Duration.between(cancel, cancelled(this.gone)));
		times.put("a cancel until its report", Duration.between(cancel, reported(this.gone)));
		this.paced.await(received + INTERVALS + 1);
		times.put("a paced stream for 20 messages",
				Duration.between(this.paced.received.get(received), this.paced.received.get(received + INTERVALS)));
		Awaitility.await().until(() -> this.silent.closed != null);
		Instant last = this.silent.received.get(this.silent.received.size() - 1);
		if (this.silent.received.size() <= answered) {
			throw new AssertionError("the silent stream ended before it was measured");
		}
		times.put("silence until the end", Duration.between(last, this.silent.closed));
		times.put("an end until its handler hears of it", Duration.between(this.silent.closed, cancelled(this.silent)));
		times.put("an end until its report", Duration.between(this.silent.closed, reported(this.silent)));
		this.paced.requests.cancel("the test is over", null);
		return times;
	}

	private Instant cancelled(Stream stream) {
		return Awaitility.await().until(() -> this.service.cancelled.get(stream.caller), (time) -> time != null);
	}

	private Instant reported(Stream stream) {
		return Awaitility.await()
			.until(() -> this.log.events().stream().filter((event) -> isOf(event, stream)).findAny(),
					(event) -> event.isPresent())
			.orElseThrow()
			.getInstant();
	}

	private static boolean isOf(ILoggingEvent event, Stream stream) {
		return stream.caller.equals(CapturedLog.keyValues(event).get("principal"));
	}

	/**
	 * What a client sees, and when.
	 */
	private static final class Stream implements ClientResponseObserver<PingRequest, PingResponse> {

		private final String caller;

		private final List<Instant> received = new CopyOnWriteArrayList<>();

		private volatile ClientCallStreamObserver<PingRequest> requests;

		private volatile Instant closed;

		Stream(String name) {
			this.caller = name + "-" + NUMBERS.incrementAndGet();
		}

		void await(int messages) {
			Awaitility.await().until(() -> this.received.size() >= messages);
		}

		@Override
		public void beforeStart(ClientCallStreamObserver<PingRequest> requests) {
			this.requests = requests;
		}

		@Override
		public void onNext(PingResponse response) {
			this.received.add(Instant.now());
		}

		@Override
		public void onError(Throwable ex) {
			this.closed = Instant.now();
		}

		@Override
		public void onCompleted() {
			this.closed = Instant.now();
		}

	}

}
