/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import java.util.List;
import java.util.Map;

import brave.Span.Kind;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.TestTracing;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Tracer;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the way from lines and meters to traces, on both stacks.
 */
class TracingTests {

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService/";

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String CALLERS_SPAN = "00f067aa0ba902b7";

	private static final Metadata.Key<String> TRACEPARENT = Metadata.Key.of("traceparent",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<String> REFUSE = Metadata.Key.of("refuse", Metadata.ASCII_STRING_MARSHALLER);

	private CapturedLog server;

	private CapturedLog client;

	@BeforeEach
	void start() {
		this.server = new CapturedLog("grpc.patterns.server");
		this.client = new CapturedLog("grpc.patterns.client");
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.client.close();
	}

	private static ApplicationContextRunner runner(TestStack stack) {
		return stack.runner()
			.withUserConfiguration(TestTracing.class)
			.withBean(OuterInterceptor.class)
			.withPropertyValues("grpc.client.GLOBAL.negotiation-type=plaintext",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
					"grpc.patterns.server.auth.public-methods=" + SERVICE + "Ping," + SERVICE + "PingBidi");
	}

	private static Metadata traced() {
		Metadata headers = new Metadata();
		headers.put(TRACEPARENT, "00-" + TRACE + "-" + CALLERS_SPAN + "-01");
		return headers;
	}

	private static Status call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, Metadata headers) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.halfClose()
			.await();
	}

	private static Map<String, Object> line(CapturedLog log) {
		Awaitility.await().until(() -> !log.events().isEmpty());
		assertThat(log.events()).hasSize(1);
		ILoggingEvent line = log.events().get(0);
		assertThat(line.getMDCPropertyMap()).doesNotContainKeys("traceId", "spanId");
		return CapturedLog.keyValues(line);
	}

	private static String spanId(ApplicationContext context, Kind kind) {
		TestTracing.Spans spans = context.getBean(TestTracing.Spans.class);
		Awaitility.await().until(() -> !spans.ids(kind).isEmpty());
		return spans.ids(kind).get(spans.ids(kind).size() - 1);
	}

	private static void assertExemplar(ApplicationContext context, String meter, String method, String spanId) {
		PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
		Awaitility.await()
			.untilAsserted(() -> assertThat(
					registry.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8").lines())
				.anyMatch((line) -> line.startsWith(meter) && line.contains(method + "\"")
						&& line.contains("span_id=\"" + spanId + "\"")));
	}

	@ParameterizedTest
	@EnumSource
	void theLineAndTheTimerOfACallLeadToItsSpan(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			assertThat(call(channel, PingServiceGrpc.getPingMethod(), traced()).isOk()).isTrue();
			String span = spanId(context, Kind.SERVER);
			assertThat(line(this.server)).containsEntry("traceId", TRACE).containsEntry("spanId", span);
			assertThat(span).isNotEqualTo(CALLERS_SPAN);
			assertExemplar(context, "rpc_server_call_duration_seconds_bucket", SERVICE + "Ping", span);
		});
	}

	@ParameterizedTest
	@EnumSource
	void theTimersOfAStreamThatAPolicyEndsLeadToItsSpan(TestStack stack) {
		stack.run(runner(stack).withPropertyValues("grpc.patterns.server.stream.idle-timeout=300ms",
				"grpc.patterns.server.metrics.message-gap=true"), (context, channel) -> {
					RawCall call = RawCall
						.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, traced())
						.send(PingRequest.getDefaultInstance())
						.send(PingRequest.getDefaultInstance());
					assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
					String span = spanId(context, Kind.SERVER);
					assertThat(line(this.server)).containsEntry("traceId", TRACE).containsEntry("spanId", span);
					for (String timer : List.of("duration", "first_message", "gap")) {
						assertExemplar(context, "grpc_patterns_server_stream_" + timer + "_seconds_bucket",
								SERVICE + "PingBidi", span);
					}
				});
	}

	@ParameterizedTest
	@EnumSource
	void aRefusedCallHasItsOwnSpanInBothLines(TestStack stack) {
		try (CapturedLog audit = new CapturedLog("grpc.patterns.audit")) {
			stack.run(runner(stack).withPropertyValues("grpc.patterns.server.audit.methods=*"), (context, channel) -> {
				assertThat(call(channel, PingServiceGrpc.getPingSafeMethod(), traced()).getCode())
					.isEqualTo(Status.Code.UNAUTHENTICATED);
				assertThat(line(this.server)).containsEntry("traceId", TRACE)
					.containsEntry("spanId", spanId(context, Kind.SERVER));
				assertThat(audit.events()).singleElement().satisfies((line) -> {
					assertThat(CapturedLog.keyValues(line)).containsEntry("traceId", TRACE);
					assertThat(line.getMDCPropertyMap()).doesNotContainKey("traceId");
				});
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsRefusedOutsideOfItsSpanHasTheTraceWithWhichItCame(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			Metadata headers = traced();
			headers.put(REFUSE, "true");
			assertThat(call(channel, PingServiceGrpc.getPingMethod(), headers).getCode())
				.isEqualTo(Status.Code.ABORTED);
			assertThat(line(this.server)).containsEntry("traceId", TRACE).containsEntry("spanId", CALLERS_SPAN);
		});
	}

	@ParameterizedTest
	@EnumSource
	void theLineAndTheTimerOfAClientLeadToItsOwnSpan(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			Channel ours = channel(context, stack);
			assertThat(call(ours, PingServiceGrpc.getPingMethod(), new Metadata()).isOk()).isTrue();
			String span = spanId(context, Kind.CLIENT);
			assertThat(line(this.client)).containsEntry("spanId", span).containsKey("traceId");
			assertThat(line(this.server)).containsEntry("traceId", line(this.client).get("traceId"));
			assertExemplar(context, "rpc_client_call_duration_seconds_bucket", SERVICE + "Ping", span);
		});
	}

	/**
	 * A channel of the stack's, with all interceptors in their places.
	 */
	private static Channel channel(ApplicationContext context, TestStack stack) {
		String target = "static://127.0.0.1:" + TestStack.server(context).getPort();
		return (stack == TestStack.SPRING_GRPC) ? context.getBean(GrpcChannelFactory.class).createChannel(target)
				: context.getBean(net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory.class)
					.createChannel(target);
	}

	@ParameterizedTest
	@EnumSource
	void withoutATracerNothingIsAdded(TestStack stack) {
		stack.run(stack.runner(), (context, channel) -> {
			assertThat(context.getBeansOfType(Tracer.class)).isEmpty();
			assertThat(context.getBeanProvider(ServerInterceptor.class).stream())
				.noneMatch((interceptor) -> interceptor.getClass().getPackage().equals(getClass().getPackage()));
			call(channel, PingServiceGrpc.getPingMethod(), traced());
			assertThat(line(this.server)).doesNotContainKeys("traceId", "spanId");
		});
	}

	/**
	 * Boot has such a tracer where tracing is switched off.
	 */
	@Test
	void withATracerThatDoesNothingNothingIsAdded() {
		TestStack.NET_DEVH.run(TestStack.NET_DEVH.runner().withBean(Tracer.class, () -> Tracer.NOOP),
				(context, channel) -> {
					call(channel, PingServiceGrpc.getPingMethod(), traced());
					assertThat(line(this.server)).doesNotContainKeys("traceId", "spanId");
				});
	}

	/**
	 * As on Boot 4, where net.devh's own configuration comes too early.
	 */
	@Test
	void netDevhHasTheObservationThatItsOwnConfigurationMisses() {
		String server = "net.devh.boot.grpc.server.autoconfigure.GrpcServerMicrometerTraceAutoConfiguration";
		String client = "net.devh.boot.grpc.client.autoconfigure.GrpcClientMicrometerTraceAutoConfiguration";
		TestStack.NET_DEVH.run(
				runner(TestStack.NET_DEVH).withPropertyValues("spring.autoconfigure.exclude=" + server + "," + client),
				(context, channel) -> {
					assertThat(context.getBeansOfType(ObservationGrpcServerInterceptor.class)).hasSize(1);
					assertThat(context.getBeansOfType(ObservationGrpcClientInterceptor.class)).hasSize(1);
					call(channel, PingServiceGrpc.getPingMethod(), traced());
					assertThat(line(this.server)).containsEntry("spanId", spanId(context, Kind.SERVER));
				});
	}

	@Test
	void theObservationOfTheStackOrOfTheApplicationIsNotDoubled() {
		TestStack.NET_DEVH.run(runner(TestStack.NET_DEVH), (context, channel) -> {
			assertThat(context.getBeanProvider(ServerInterceptor.class).stream())
				.filteredOn((interceptor) -> interceptor instanceof ObservationGrpcServerInterceptor)
				.hasSize(1);
			assertThat(context.getBeanProvider(ClientInterceptor.class).stream())
				.filteredOn((interceptor) -> interceptor instanceof ObservationGrpcClientInterceptor)
				.hasSize(1);
			call(channel, PingServiceGrpc.getPingMethod(), traced());
			line(this.server);
			assertThat(context.getBean(TestTracing.Spans.class).ids(Kind.SERVER)).hasSize(1);
		});
	}

	/**
	 * An interceptor of the application's outside the observation.
	 */
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class OuterInterceptor implements ServerInterceptor, Ordered {

		@Override
		public int getOrder() {
			return -100;
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			if (headers.containsKey(REFUSE)) {
				call.close(Status.ABORTED, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			return next.startCall(call, headers);
		}

	}

}
