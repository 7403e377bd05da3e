package io.github.grpcpatterns.error;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/**
 * The four kinds of calls, as a client makes them: one request, and then it waits for the
 * end.
 */
enum CallKind {

	UNARY {
		@Override
		void call(PingServiceGrpc.PingServiceStub stub, StreamObserver<PingResponse> responses) {
			stub.ping(PingRequest.getDefaultInstance(), responses);
		}
	},

	SERVER_STREAMING {
		@Override
		void call(PingServiceGrpc.PingServiceStub stub, StreamObserver<PingResponse> responses) {
			stub.pingList(PingRequest.getDefaultInstance(), responses);
		}
	},

	CLIENT_STREAMING {
		@Override
		void call(PingServiceGrpc.PingServiceStub stub, StreamObserver<PingResponse> responses) {
			send(stub.pingStream(responses));
		}
	},

	BIDI_STREAMING {
		@Override
		void call(PingServiceGrpc.PingServiceStub stub, StreamObserver<PingResponse> responses) {
			send(stub.pingBidi(responses));
		}
	};

	abstract void call(PingServiceGrpc.PingServiceStub stub, StreamObserver<PingResponse> responses);

	private static void send(StreamObserver<PingRequest> requests) {
		requests.onNext(PingRequest.getDefaultInstance());
		requests.onCompleted();
	}

	/**
	 * Make a call and wait for its end.
	 * @return how it ended, a status of {@code OK} where it did not fail
	 */
	StatusRuntimeException await(Channel channel) {
		CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
		call(PingServiceGrpc.newStub(channel), new StreamObserver<>() {

			@Override
			public void onNext(PingResponse response) {
			}

			@Override
			public void onError(Throwable ex) {
				end.complete((StatusRuntimeException) ex);
			}

			@Override
			public void onCompleted() {
				end.complete(Status.OK.asRuntimeException());
			}

		});
		try {
			return end.get(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

}
