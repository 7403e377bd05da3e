/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.grpcpatterns.correlation.CorrelationId;
import io.github.grpcpatterns.stub.StreamWriter;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.stub.StreamObserver;
import org.slf4j.MDC;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Streams that {@code leave} when they are told, or {@code stay}; calls with {@code hold}
 * wait for {@link #release()}, and all others of that kind never end. A list with
 * {@code count} has numbers, from the one that is asked for.
 */
class DrainingService extends PingService {

	static final String COUNT = "count";

	static final int NUMBERS = 1000;

	final List<Integer> cursors = new CopyOnWriteArrayList<>();

	private final Queue<StreamObserver<PingResponse>> held = new ConcurrentLinkedQueue<>();

	final AtomicInteger told = new AtomicInteger();

	final AtomicInteger toldAgain = new AtomicInteger();

	final AtomicInteger overlaps = new AtomicInteger();

	final AtomicInteger cancelled = new AtomicInteger();

	final AtomicInteger begun = new AtomicInteger();

	final List<String> identities = new CopyOnWriteArrayList<>();

	/** Something to look at when a handler is told. */
	volatile Runnable whenTold = () -> {
	};

	void release() {
		for (StreamObserver<PingResponse> call = this.held.poll(); call != null; call = this.held.poll()) {
			call.onNext(PingResponse.getDefaultInstance());
			call.onCompleted();
		}
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		switch (request.getValue()) {
			case "hold" -> this.held.add(responses);
			case "never" -> this.begun.incrementAndGet();
			default -> super.ping(request, responses);
		}
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		if (request.getValue().equals(COUNT)) {
			this.cursors.add(request.getCount());
			StreamWriter.send(IntStream.range(request.getCount(), NUMBERS)
				.mapToObj((number) -> PingResponse.newBuilder().setCounter(number).build()), responses);
			return;
		}
		responses.onNext(PingResponse.getDefaultInstance());
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		this.begun.incrementAndGet();
		return new Live(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		return new Live(responses);
	}

	static String identity() {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		return CorrelationId.current() + " " + MDC.get("correlationId") + " "
				+ ((authentication != null) ? authentication.getName() : "nobody");
	}

	private final class Live implements StreamObserver<PingRequest> {

		private final StreamObserver<PingResponse> responses;

		private final AtomicBoolean busy = new AtomicBoolean();

		private final AtomicBoolean told = new AtomicBoolean();

		private boolean leaves;

		private boolean registered;

		Live(StreamObserver<PingResponse> responses) {
			this.responses = responses;
		}

		@Override
		public void onNext(PingRequest request) {
			alone(() -> {
				this.leaves = request.getValue().equals("leave");
				if (!this.registered) {
					this.registered = true;
					Drain.current().onDrain(this::drain);
				}
				this.responses.onNext(PingResponse.newBuilder().setValue(identity()).build());
			});
		}

		private void drain() {
			alone(() -> {
				DrainingService.this.whenTold.run();
				DrainingService.this.identities.add(identity());
				(this.told.compareAndSet(false, true) ? DrainingService.this.told : DrainingService.this.toldAgain)
					.incrementAndGet();
				if (this.leaves) {
					this.responses.onNext(PingResponse.newBuilder().setValue("goodbye").build());
					this.responses.onCompleted();
				}
			});
		}

		private void alone(Runnable callback) {
			if (!this.busy.compareAndSet(false, true)) {
				DrainingService.this.overlaps.incrementAndGet();
			}
			callback.run();
			this.busy.set(false);
		}

		@Override
		public void onError(Throwable ex) {
			alone(DrainingService.this.cancelled::incrementAndGet);
		}

		@Override
		public void onCompleted() {
		}

	}

}
