/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for the log lines of an application, on both stacks.
 */
class CallLogTests {

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService/";

	private static final Metadata.Key<String> ID = Metadata.Key.of("x-correlation-id",
			Metadata.ASCII_STRING_MARSHALLER);

	private final Logger patterns = (Logger) LoggerFactory.getLogger("grpc.patterns");

	private CapturedLog server;

	private CapturedLog client;

	@BeforeEach
	void start() {
		this.patterns.setLevel(Level.DEBUG);
		this.server = new CapturedLog("grpc.patterns.server");
		this.client = new CapturedLog("grpc.patterns.client");
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.client.close();
		this.patterns.setLevel(null);
	}

	private static RawCall call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, Metadata headers) {
		RawCall call = RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.halfClose();
		call.await();
		return call;
	}

	private static Channel ours(ApplicationContext context, Channel channel) {
		return ClientInterceptors.interceptForward(channel,
				context.getBeanProvider(ClientInterceptor.class).orderedStream().toList());
	}

	private static Map<String, Object> awaitLine(CapturedLog log, String method) {
		Awaitility.await().until(() -> lines(log, method).size() == 1);
		return CapturedLog.keyValues(lines(log, method).get(0));
	}

	private static List<ILoggingEvent> lines(CapturedLog log, String method) {
		return log.events()
			.stream()
			.filter((event) -> event.getLevel() != Level.DEBUG && event.getMessage().startsWith(method + " "))
			.toList();
	}

	@ParameterizedTest
	@EnumSource
	void aLineNamesThePrincipalAndTheKindOfTheCall(TestStack stack) {
		stack.run(stack.runner()
			.withPropertyValues("grpc.patterns.server.auth.public-methods=" + SERVICE + "PingSafe",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET),
				(context, channel) -> {
					call(channel, PingServiceGrpc.getPingMethod(), TestTokens.headers("alice"));
					assertThat(awaitLine(this.server, SERVICE + "Ping")).contains(entry("principal", "alice"),
							entry("grpc.type", "unary"));
					call(channel, PingServiceGrpc.getPingListMethod(), TestTokens.headers("alice"));
					assertThat(awaitLine(this.server, SERVICE + "PingList")).contains(entry("principal", "alice"),
							entry("grpc.type", "server_streaming"));
					call(channel, PingServiceGrpc.getPingStreamMethod(), TestTokens.headers("alice"));
					assertThat(awaitLine(this.server, SERVICE + "PingStream"))
						.contains(entry("grpc.type", "client_streaming"));
					call(channel, PingServiceGrpc.getPingBidiMethod(), TestTokens.headers("alice"));
					assertThat(awaitLine(this.server, SERVICE + "PingBidi"))
						.contains(entry("grpc.type", "bidi_streaming"));
					call(channel, PingServiceGrpc.getPingSafeMethod(), TestTokens.headers("alice"));
					assertThat(awaitLine(this.server, SERVICE + "PingSafe")).doesNotContainKey("principal");
				});
	}

	@ParameterizedTest
	@EnumSource
	void aCallOfAnUnknownMethodIsCountedAndNotLogged(TestStack stack) {
		stack.run(stack.runner().withBean(SimpleMeterRegistry.class), (context, channel) -> {
			MethodDescriptor<PingRequest, PingResponse> unknown = PingServiceGrpc.getPingMethod()
				.toBuilder()
				.setFullMethodName("made.up.Service/Method")
				.build();
			assertThat(call(channel, unknown, new Metadata()).await().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
			call(channel, PingServiceGrpc.getPingMethod(), new Metadata());
			awaitLine(this.server, SERVICE + "Ping");
			Awaitility.await()
				.until(() -> context.getBean(MeterRegistry.class)
					.get("grpc.patterns.server.unknown.methods")
					.counter()
					.count() == 1);
			assertThat(this.server.events()).noneMatch((event) -> event.getMessage().contains("made.up"));
		});
	}

	@ParameterizedTest
	@EnumSource
	void withStartLineBothSidesTellThatACallHasBegun(TestStack stack) {
		stack.run(stack.runner()
			.withPropertyValues("grpc.patterns.server.logging.start-line=true",
					"grpc.patterns.client.logging.start-line=true"),
				(context, channel) -> {
					Channel ours = ours(context, channel);
					HealthGrpc.newBlockingStub(ours).check(HealthCheckRequest.getDefaultInstance());
					Metadata headers = new Metadata();
					headers.put(ID, "the-id");
					RawCall hanging = RawCall.start(ours, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
							headers);
					Awaitility.await().until(() -> !this.server.events().isEmpty() && !this.client.events().isEmpty());
					for (CapturedLog log : List.of(this.server, this.client)) {
						assertThat(log.events()).singleElement().satisfies((line) -> {
							assertThat(line.getLevel()).isEqualTo(Level.DEBUG);
							assertThat(CapturedLog.keyValues(line)).containsOnly(
									entry("grpc.method", SERVICE + "PingBidi"), entry("correlationId", "the-id"));
							assertThat(line.getMDCPropertyMap()).doesNotContainKey("correlationId");
						});
					}
					hanging.halfClose().await();
				});
	}

	@ParameterizedTest
	@EnumSource
	void withoutStartLineOnlyTheEndIsLogged(TestStack stack) {
		stack.run(stack.runner(), (context, channel) -> {
			call(ours(context, channel), PingServiceGrpc.getPingMethod(), new Metadata());
			awaitLine(this.server, SERVICE + "Ping");
			assertThat(this.server.events()).hasSize(1);
			assertThat(this.client.events()).hasSize(1);
		});
	}

}
