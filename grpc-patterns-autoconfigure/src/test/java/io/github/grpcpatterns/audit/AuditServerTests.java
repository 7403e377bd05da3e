/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the audit of decisions about access, on both stacks.
 */
class AuditServerTests {

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService/";

	private final List<AuditApplicationEvent> events = new CopyOnWriteArrayList<>();

	private ApplicationContextRunner runner(TestStack stack, String... properties) {
		return stack.runner()
			.withBean(Listener.class, () -> new Listener(this.events))
			.withPropertyValues("grpc.patterns.server.auth.public-methods=" + SERVICE + "PingSafe",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
					"grpc.patterns.server.auth.rules[0].methods=" + SERVICE + "PingIdempotent",
					"grpc.patterns.server.auth.rules[0].authorities=SCOPE_admin")
			.withPropertyValues(properties);
	}

	private static Status ping(ManagedChannel channel, MethodDescriptor<PingRequest, PingResponse> method,
			String token) {
		Metadata headers = new Metadata();
		if (!token.isEmpty()) {
			headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
		}
		headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), "the-id");
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.halfClose()
			.await();
	}

	@ParameterizedTest
	@EnumSource
	void eachRefusalOfAnAuditedMethodIsALineAndAnEvent(TestStack stack) {
		String token = TestTokens.of("alice");
		try (CapturedLog log = new CapturedLog("grpc.patterns.audit")) {
			stack.run(runner(stack, "grpc.patterns.server.audit.methods=*"), (context, channel) -> {
				assertThat(ping(channel, PingServiceGrpc.getPingMethod(), "").getCode())
					.isEqualTo(Status.Code.UNAUTHENTICATED);
				assertThat(ping(channel, PingServiceGrpc.getPingMethod(), token).isOk()).isTrue();
				assertThat(ping(channel, PingServiceGrpc.getPingIdempotentMethod(), token).getCode())
					.isEqualTo(Status.Code.PERMISSION_DENIED);
			});
			assertThat(log.events()).hasSize(2).allSatisfy((line) -> {
				assertThat(line.getLevel()).isEqualTo(Level.INFO);
				assertThat(line.getMDCPropertyMap()).doesNotContainKey("correlationId");
				assertThat(line.toString() + CapturedLog.keyValues(line)).doesNotContain(token);
			});
			Map<String, Object> missing = CapturedLog.keyValues(log.events().get(0));
			assertThat(missing).containsEntry("grpc.method", SERVICE + "Ping")
				.containsEntry("outcome", "missing")
				.containsEntry("correlationId", "the-id")
				.containsEntry("rule", "grpc.patterns.server.auth.enabled")
				.containsKey("peer")
				.doesNotContainKey("principal");
			Map<String, Object> denied = CapturedLog.keyValues(log.events().get(1));
			assertThat(denied).containsEntry("outcome", "denied")
				.containsEntry("principal", "alice")
				.containsEntry("rule", "grpc.patterns.server.auth.rules[0]");
			assertThat(this.events).extracting((event) -> event.getAuditEvent().getData())
				.containsExactly(missing, denied);
			assertThat(this.events.get(1).getAuditEvent().getType()).isEqualTo("GRPC_ACCESS");
			assertThat(this.events.get(1).getAuditEvent().getPrincipal()).isEqualTo("alice");
		}
	}

	@Test
	void withAllTheCallsThatPassAreAuditedToo() {
		try (CapturedLog log = new CapturedLog("grpc.patterns.audit")) {
			TestStack.SPRING_GRPC.run(runner(TestStack.SPRING_GRPC,
					"grpc.patterns.server.audit.methods=" + SERVICE + "*", "grpc.patterns.server.audit.on=all"),
					(context, channel) -> {
						ping(channel, PingServiceGrpc.getPingSafeMethod(), "");
						ping(channel, PingServiceGrpc.getPingMethod(), TestTokens.of("alice"));
					});
			assertThat(log.events()).extracting((line) -> CapturedLog.keyValues(line).get("outcome"))
				.containsExactly("public", "accepted");
			assertThat(log.events()).extracting((line) -> CapturedLog.keyValues(line).get("rule"))
				.containsExactly("grpc.patterns.server.auth.public-methods[0]", "grpc.patterns.server.auth.enabled");
		}
	}

	@Test
	void methodsThatAreNotNamedAreNotAudited() {
		try (CapturedLog log = new CapturedLog("grpc.patterns.audit")) {
			TestStack.NET_DEVH.run(
					runner(TestStack.NET_DEVH, "grpc.patterns.server.audit.methods=" + SERVICE + "PingSafe"),
					(context, channel) -> ping(channel, PingServiceGrpc.getPingMethod(), ""));
			assertThat(log.events()).isEmpty();
			assertThat(this.events).isEmpty();
		}
	}

	@Test
	void anEventThatAListenerRefusesHarmsNoCall() {
		try (CapturedLog log = new CapturedLog("grpc.patterns.audit")) {
			TestStack.NET_DEVH.run(
					runner(TestStack.NET_DEVH, "grpc.patterns.server.audit.methods=*",
							"grpc.patterns.server.audit.on=all")
						.withBean("failing", Failing.class),
					(context,
							channel) -> assertThat(
									ping(channel, PingServiceGrpc.getPingMethod(), TestTokens.of("alice")).isOk())
								.isTrue());
			assertThat(log.events()).hasSize(1);
		}
	}

	@Test
	void itIsOnWhereAMethodIsNamed() {
		TestStack.NET_DEVH.run(runner(TestStack.NET_DEVH),
				(context, channel) -> assertThat(context.getBeanProvider(ActivePattern.class).stream())
					.doesNotContain(ActivePattern.server("audit")));
		TestStack.NET_DEVH.run(runner(TestStack.NET_DEVH, "grpc.patterns.server.audit.methods=*"),
				(context, channel) -> assertThat(context.getBeanProvider(ActivePattern.class).stream())
					.contains(ActivePattern.server("audit")));
	}

	@Test
	void withoutTheActuatorThereAreNoEvents() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, AuditServerAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.withPropertyValues("grpc.patterns.server.audit.methods=*")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasBean("grpcPatternsAuditServerLog");
				assertThat(context).doesNotHaveBean("grpcPatternsAuditEvents");
			});
	}

	@Test
	void aMethodThatIsNotThereFailsTheStart() {
		runner(TestStack.NET_DEVH, "grpc.patterns.server.audit.methods=" + SERVICE + "Pnig")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("grpc.patterns.server.audit.methods[0]"));
	}

	/**
	 * Keeps the events.
	 */
	private record Listener(List<AuditApplicationEvent> events) implements ApplicationListener<AuditApplicationEvent> {

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			this.events.add(event);
		}

	}

	static final class Failing implements ApplicationListener<AuditApplicationEvent> {

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			throw new IllegalStateException("thrown by the test");
		}

	}

}
