/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.TestTracing;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the lines as JSON, in Boot's own encoder: it loses a line that has the same
 * name in its key-values and in the MDC.
 */
class StructuredLogTests {

	/** Every name of a line, and what tracing integrations put there. */
	private static final List<String> NAMES = List.of("grpc.method", "grpc.type", "grpc.status", "duration_ms",
			"messages.received", "messages.sent", "peer", "principal", "correlationId", "traceId", "spanId", "outcome",
			"rule");

	private final Logger patterns = (Logger) LoggerFactory.getLogger("grpc.patterns");

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	private OutputStreamAppender<ILoggingEvent> appender;

	@AfterEach
	void stop() {
		this.patterns.detachAppender(this.appender);
		this.patterns.setLevel(null);
		MDC.clear();
	}

	private void start(String format) {
		LoggerContext context = this.patterns.getLoggerContext();
		context.putObject(Environment.class.getName(), new MockEnvironment());
		StructuredLogEncoder encoder = new StructuredLogEncoder();
		encoder.setContext(context);
		encoder.setFormat(format);
		encoder.start();
		this.appender = new OutputStreamAppender<>();
		this.appender.setContext(context);
		this.appender.setEncoder(encoder);
		this.appender.setOutputStream(this.output);
		this.appender.start();
		this.patterns.addAppender(this.appender);
		this.patterns.setLevel(Level.DEBUG);
	}

	private static void fillMdc() {
		NAMES.forEach((name) -> MDC.put(name, "of the thread"));
	}

	@ParameterizedTest
	@EnumSource
	void noLineIsLostThoughTheMdcHasItsNames(TestStack stack) {
		start("logstash");
		stack.run(stack.runner()
			.withUserConfiguration(TestTracing.class)
			.withBean(FillingInterceptor.class)
			.withPropertyValues("grpc.patterns.server.auth.public-methods=",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET, "grpc.patterns.server.audit.methods=*",
					"grpc.patterns.server.audit.on=all", "grpc.patterns.server.logging.start-line=true",
					"grpc.patterns.client.logging.start-line=true"),
				(context, channel) -> {
					Channel ours = ClientInterceptors.interceptForward(channel,
							context.getBeanProvider(ClientInterceptor.class).orderedStream().toList());
					fillMdc();
					RawCall.start(ours, PingServiceGrpc.getPingMethod(),
							CallOptions.DEFAULT.withExecutor(StructuredLogTests::withMdc), TestTokens.headers("alice"))
						.send(PingRequest.getDefaultInstance())
						.halfClose()
						.await();
					Awaitility.await().untilAsserted(() -> assertThat(lines()).hasSize(5));
				});
		List<Map<String, Object>> lines = lines();
		assertThat(lines).extracting((line) -> line.get("logger_name") + " " + line.get("level"))
			.containsExactlyInAnyOrder("grpc.patterns.client DEBUG", "grpc.patterns.client INFO",
					"grpc.patterns.server DEBUG", "grpc.patterns.server INFO", "grpc.patterns.audit INFO");
		assertThat(lines).filteredOn((line) -> line.get("message").toString().endsWith(" ms"))
			.hasSize(2)
			.allSatisfy((line) -> assertThat(line).containsEntry("grpc.status", "OK")
				.hasEntrySatisfying("peer", (peer) -> assertThat(peer).asString().startsWith("127.0.0.1:"))
				.hasEntrySatisfying("traceId", (id) -> assertThat(id).asString().hasSize(32)))
			.anySatisfy((line) -> assertThat(line).containsEntry("principal", "alice"));
	}

	private List<Map<String, Object>> lines() {
		List<Map<String, Object>> lines = new ArrayList<>();
		this.output.toString(StandardCharsets.UTF_8).lines().forEach((line) -> lines.add(JsonPath.read(line, "$")));
		return lines;
	}

	private static void withMdc(Runnable task) {
		fillMdc();
		task.run();
	}

	/**
	 * Fills the MDC of the threads of a server, outside of all else.
	 */
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class FillingInterceptor implements ServerInterceptor, Ordered {

		@Override
		public int getOrder() {
			return -100;
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			fillMdc();
			return next.startCall(call, headers);
		}

	}

}
