/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;

/**
 * Leaves every call open, for the test to answer and to see what the handler sees.
 */
@GrpcService
public final class OpenService extends PingService {

	private final BlockingQueue<Handler> handlers = new LinkedBlockingQueue<>();

	private volatile boolean asks = true;

	/**
	 * From now on the handlers ask for no message, the test does.
	 */
	public OpenService asksForNothing() {
		this.asks = false;
		return this;
	}

	/**
	 * Wait for the next call.
	 */
	public Handler await() {
		try {
			Handler handler = this.handlers.poll(10, TimeUnit.SECONDS);
			if (handler == null) {
				throw new AssertionError("no call was opened");
			}
			return handler;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public int opened() {
		return this.handlers.size();
	}

	private Handler open(StreamObserver<PingResponse> responses) {
		this.calls.incrementAndGet();
		Handler handler = new Handler(responses);
		this.handlers.add(handler);
		return handler;
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		open(responses);
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		open(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		return pingBidi(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		if (!this.asks) {
			((ServerCallStreamObserver<PingResponse>) responses).disableAutoRequest();
		}
		return open(responses);
	}

	public static PingResponse response(int counter) {
		return PingResponse.newBuilder().setCounter(counter).build();
	}

	public static PingResponse response(int counter, int bytes) {
		return PingResponse.newBuilder().setCounter(counter).setPayload(ByteString.copyFrom(new byte[bytes])).build();
	}

	public static PingRequest request(int count) {
		return PingRequest.newBuilder().setCount(count).build();
	}

	/**
	 * The handler of one call.
	 */
	public static final class Handler implements StreamObserver<PingRequest> {

		public final ServerCallStreamObserver<PingResponse> responses;

		public final Context context = Context.current();

		public final List<Integer> received = new CopyOnWriteArrayList<>();

		public final AtomicInteger cancels = new AtomicInteger();

		public final AtomicInteger readies = new AtomicInteger();

		public final AtomicInteger halfCloses = new AtomicInteger();

		public volatile Runnable onReady = () -> {
		};

		Handler(StreamObserver<PingResponse> responses) {
			this.responses = (ServerCallStreamObserver<PingResponse>) responses;
			this.responses.setOnCancelHandler(this.cancels::incrementAndGet);
			this.responses.setOnReadyHandler(() -> {
				this.readies.incrementAndGet();
				this.onReady.run();
			});
		}

		/**
		 * Wait for the cancel.
		 * @return why the context was cancelled
		 */
		public Status.Code awaitCancelled() {
			Awaitility.await().until(() -> this.cancels.get() > 0);
			return Status.fromThrowable(this.context.cancellationCause()).getCode();
		}

		@Override
		public void onNext(PingRequest request) {
			this.received.add(request.getCount());
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
			this.halfCloses.incrementAndGet();
		}

	}

}
