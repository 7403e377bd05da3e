/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.Arrays;
import java.util.stream.Stream;

import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Starts an application in which every pattern has something to do, and makes a call of
 * each kind with the row's own client. The first argument is a token, which must not need
 * a library here; the others are more settings.
 */
public final class CallsMain {

	private static final String[] SETTINGS = { "grpc.patterns.server.rate-limit.calls-per-second=1000",
			"grpc.patterns.server.stream.inbound-rate=1000", "grpc.patterns.server.stream.outbound-rate=1000",
			"grpc.client.GLOBAL.enable-keep-alive=false",
			"spring.grpc.client.channel.orders.target=static://127.0.0.1:1" };

	/** The last line, after calls that all were answered. */
	public static final String DONE = "all calls were answered";

	/** Before the status of a call without a token. */
	public static final String WITHOUT_TOKEN = "without a token: ";

	private CallsMain() {
	}

	public static void main(String[] args) {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + args[0]);
		String[] settings = Stream.concat(Arrays.stream(SETTINGS), Arrays.stream(args).skip(1)).toArray(String[]::new);
		try (App app = App.start(App.Ping.class, settings)) {
			Channel channel = app.client(app.port());
			call(channel, headers, PingServiceGrpc.getPingMethod());
			call(channel, headers, PingServiceGrpc.getPingListMethod());
			call(channel, headers, PingServiceGrpc.getPingStreamMethod());
			call(channel, headers, PingServiceGrpc.getPingBidiMethod());
			System.out
				.println(WITHOUT_TOKEN + status(channel, new Metadata(), PingServiceGrpc.getPingMethod()).getCode());
		}
		System.out.println(DONE);
		System.exit(0);
	}

	private static void call(Channel channel, Metadata headers, MethodDescriptor<PingRequest, PingResponse> method) {
		Status status = status(channel, headers, method);
		if (!status.isOk()) {
			throw new IllegalStateException(method.getFullMethodName() + ": " + status);
		}
	}

	private static Status status(Channel channel, Metadata headers,
			MethodDescriptor<PingRequest, PingResponse> method) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setCount(1).build())
			.halfClose()
			.await();
	}

}
