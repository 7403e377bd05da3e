package io.github.grpcpatterns.stream;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/**
 * Leaves every stream open, for the test to send and to see what the handler sees.
 */
@GrpcService
final class OpenService extends PingService {

	private final BlockingQueue<Handler> handlers = new LinkedBlockingQueue<>();

	private volatile boolean asks = true;

	/**
	 * From now on the handlers ask for no message, the test does.
	 */
	OpenService asksForNothing() {
		this.asks = false;
		return this;
	}

	/**
	 * Wait for the next stream.
	 */
	Handler await() {
		try {
			Handler handler = this.handlers.poll(10, TimeUnit.SECONDS);
			if (handler == null) {
				throw new AssertionError("no stream was opened");
			}
			return handler;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	int opened() {
		return this.handlers.size();
	}

	@Override
	public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
		this.handlers.add(new Handler(responses));
	}

	@Override
	public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		this.handlers.add(new Handler(responses));
	}

	@Override
	public StreamObserver<PingRequest> pingStream(StreamObserver<PingResponse> responses) {
		return pingBidi(responses);
	}

	@Override
	public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
		Handler handler = new Handler(responses);
		if (!this.asks) {
			handler.responses.disableAutoRequest();
		}
		this.handlers.add(handler);
		return handler;
	}

	static PingResponse response(int counter) {
		return PingResponse.newBuilder().setCounter(counter).build();
	}

	static PingResponse response(int counter, int bytes) {
		return PingResponse.newBuilder().setCounter(counter).setPayload(ByteString.copyFrom(new byte[bytes])).build();
	}

	static PingRequest request(int count) {
		return PingRequest.newBuilder().setCount(count).build();
	}

	/**
	 * The handler of one stream.
	 */
	static final class Handler implements StreamObserver<PingRequest> {

		final ServerCallStreamObserver<PingResponse> responses;

		final Context context = Context.current();

		final List<Integer> received = new CopyOnWriteArrayList<>();

		final AtomicInteger cancels = new AtomicInteger();

		final AtomicInteger readies = new AtomicInteger();

		final AtomicInteger halfCloses = new AtomicInteger();

		volatile Runnable onReady = () -> {
		};

		Handler(StreamObserver<PingResponse> responses) {
			this.responses = (ServerCallStreamObserver<PingResponse>) responses;
			this.responses.setOnCancelHandler(this.cancels::incrementAndGet);
			this.responses.setOnReadyHandler(() -> {
				this.readies.incrementAndGet();
				this.onReady.run();
			});
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
