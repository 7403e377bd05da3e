/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * A service that misbehaves as a test tells it, run by run.
 */
public final class FaultyService extends PingService {

	/** How often a handler ran, of whatever method. */
	public final AtomicInteger runs = new AtomicInteger();

	/** What each run received, in order. */
	public final List<List<String>> received = new CopyOnWriteArrayList<>();

	private final IntFunction<Fault> script;

	/**
	 * Create it.
	 * @param script what the run with this number, from 1, does; {@code null} for right
	 */
	public FaultyService(IntFunction<Fault> script) {
		this.script = script;
	}

	/**
	 * What goes wrong instead of an answer.
	 */
	public interface Fault {

		void happen(ServerCallStreamObserver<PingResponse> responses);

		static Fault status(Status.Code code) {
			return status(code, new Metadata());
		}

		static Fault status(Status.Code code, Metadata trailers) {
			return (responses) -> responses
				.onError(code.toStatus().withDescription("on purpose").asRuntimeException(trailers));
		}

		static Fault stall() {
			return (responses) -> {
			};
		}

	}

	/**
	 * Fail so often, then be right.
	 */
	public static FaultyService failing(int times, Status.Code code) {
		return new FaultyService((run) -> (run <= times) ? Fault.status(code) : null);
	}

	private List<String> begin() {
		List<String> received = new ArrayList<>();
		this.received.add(received);
		return received;
	}

	private Fault fault() {
		return this.script.apply(this.runs.incrementAndGet());
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		begin().add(request.getValue());
		Fault fault = fault();
		if (fault != null) {
			fault.happen((ServerCallStreamObserver<PingResponse>) responses);
			return;
		}
		responses.onNext(answer(request, 0));
		responses.onCompleted();
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		begin().add(request.getValue());
		Fault fault = fault();
		if (fault != null) {
			fault.happen((ServerCallStreamObserver<PingResponse>) responses);
			return;
		}
		for (int i = 0; i < request.getCount(); i++) {
			responses.onNext(answer(request, i));
		}
		responses.onCompleted();
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		List<String> received = begin();
		return new Requests((request) -> {
			received.add(request.getValue());
		}, () -> {
			Fault fault = fault();
			if (fault != null) {
				fault.happen((ServerCallStreamObserver<PingResponse>) responses);
				return;
			}
			responses.onNext(PingResponse.newBuilder().setCounter(received.size()).build());
			responses.onCompleted();
		});
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		List<String> received = begin();
		Fault fault = fault();
		return new Requests((request) -> {
			received.add(request.getValue());
			if (fault == null) {
				responses.onNext(answer(request, received.size() - 1));
			}
			else if (received.size() == 2) {
				fault.happen((ServerCallStreamObserver<PingResponse>) responses);
			}
		}, () -> {
			if (fault == null) {
				responses.onCompleted();
			}
		});
	}

	public static PingResponse answer(PingRequest request, int counter) {
		return PingResponse.newBuilder().setValue(request.getValue()).setCounter(counter).build();
	}

	private record Requests(Consumer<PingRequest> next, Runnable completed) implements StreamObserver<PingRequest> {

		@Override
		public void onNext(PingRequest request) {
			this.next.accept(request);
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
			this.completed.run();
		}

	}

}
