/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.testing.Received;
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
		Received<PingResponse> responses = new Received<>();
		call(PingServiceGrpc.newStub(channel), responses);
		return (responses.error() != null) ? (StatusRuntimeException) responses.error()
				: Status.OK.asRuntimeException();
	}

}
