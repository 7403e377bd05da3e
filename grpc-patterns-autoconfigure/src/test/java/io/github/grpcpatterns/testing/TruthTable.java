/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.grpc.GrpcServerObservationContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Whatever ends a call, of whatever kind: wire, log line, meters and the stack's own
 * observation say the same, each once. For an application with {@link #SETTINGS}, a
 * {@link PingService}, {@link Application}, and a handler of the stack that makes an
 * {@link ArithmeticException} {@code OUT_OF_RANGE}.
 */
public final class TruthTable {

	public static final String[] SETTINGS = { "grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
			"grpc.patterns.server.auth.public-methods=grpc.health.*", "grpc.patterns.unmatched-methods=warn" };

	private static final Metadata.Key<String> THROW_IN = Metadata.Key.of("x-throw-in",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final List<MethodDescriptor<PingRequest, PingResponse>> METHODS = List.of(
			PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingStreamMethod(),
			PingServiceGrpc.getPingBidiMethod());

	/**
	 * What ends the call.
	 */
	private enum Cause {

		OK("", "", Status.Code.OK, "completed"),

		MAPPED_EXCEPTION("throw:NoSuchElementException", "", Status.Code.NOT_FOUND, "failed"),

		UNKNOWN_EXCEPTION("throw:RuntimeException", "", Status.Code.INTERNAL, "internal"),

		ERROR("throw:Error", "", Status.Code.INTERNAL, "internal"),

		STATUS_EXCEPTION("throw:ALREADY_EXISTS", "", Status.Code.ALREADY_EXISTS, "failed"),

		ON_ERROR_WITH_EXCEPTION("error:IllegalArgumentException", "", Status.Code.INVALID_ARGUMENT, "failed"),

		ON_ERROR_WITH_STATUS("error:ABORTED", "", Status.Code.ABORTED, "failed"),

		THROWN_IN_START("", "startCall", Status.Code.FAILED_PRECONDITION, "failed"),

		THROWN_IN_ON_MESSAGE("", "onMessage", Status.Code.FAILED_PRECONDITION, "failed"),

		THROWN_IN_ON_HALF_CLOSE("", "onHalfClose", Status.Code.FAILED_PRECONDITION, "failed"),

		THROWN_IN_ON_READY("", "onReady", Status.Code.FAILED_PRECONDITION, "failed"),

		THROWN_IN_ON_COMPLETE("", "onComplete", Status.Code.OK, "completed"),

		THROWN_IN_ON_CANCEL("hang", "onCancel", Status.Code.CANCELLED, "cancelled"),

		CLIENT_CANCEL("hang", "", Status.Code.CANCELLED, "cancelled"),

		DEADLINE("hang", "", Status.Code.DEADLINE_EXCEEDED, "deadline"),

		ADVISED_EXCEPTION("throw:ArithmeticException", "", Status.Code.OUT_OF_RANGE, "failed"),

		TERMINATED("hang", "", Status.Code.CANCELLED, "terminated"),

		REFUSED_BY_THE_USER("", "refuse", Status.Code.UNAUTHENTICATED, "failed"),

		TOKEN_MISSING("", "", Status.Code.UNAUTHENTICATED, "token_missing"),

		TOKEN_INVALID("", "", Status.Code.UNAUTHENTICATED, "token_invalid");

		private final String error;

		private final String throwIn;

		private final Status.Code status;

		private final String reason;

		Cause(String error, String throwIn, Status.Code status, String reason) {
			this.error = error;
			this.throwIn = throwIn;
			this.status = status;
			this.reason = reason;
		}

		private boolean byPolicy() {
			return this == TERMINATED || this == TOKEN_MISSING || this == TOKEN_INVALID;
		}

	}

	private TruthTable() {
	}

	/**
	 * Make every call and compare what each witness says.
	 */
	public static void check(ApplicationContext context, Channel channel) {
		try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			SoftAssertions truth = new SoftAssertions();
			for (Cause cause : Cause.values()) {
				for (MethodDescriptor<PingRequest, PingResponse> method : METHODS) {
					check(cause, method, context, channel, log, truth);
				}
			}
			truth.assertAll();
		}
	}

	private static void check(Cause cause, MethodDescriptor<PingRequest, PingResponse> method,
			ApplicationContext context, Channel channel, CapturedLog log, SoftAssertions truth) {
		String what = cause + " " + method.getBareMethodName();
		MeterRegistry registry = context.getBean(MeterRegistry.class);
		Map<String, Double> before = ends(registry, method);
		log.events().clear();
		context.getBean(Observations.class).stopped.clear();
		RawCall call = call(cause, method, context, channel);
		truth.assertThat(call.await().getCode()).as("%s: wire", what).isEqualTo(cause.status);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(2))
			.atMost(Duration.ofSeconds(10))
			.until(() -> !log.events().isEmpty());
		Awaitility.await()
			.pollInterval(Duration.ofMillis(2))
			.atMost(Duration.ofSeconds(10))
			.until(() -> !ends(registry, method).equals(before));
		truth.assertThat(log.events()).as("%s: lines", what).hasSize(1);
		Map<String, Object> line = CapturedLog.keyValues(log.events().get(0));
		truth.assertThat(line.get("grpc.status")).as("%s: line", what).isEqualTo(cause.status.name());
		truth.assertThat(line.get("grpc.method")).as("%s: line", what).isEqualTo(method.getFullMethodName());
		Map<String, Double> ended = ends(registry, method);
		before.forEach((meter, count) -> ended.merge(meter, -count, Double::sum));
		ended.values().removeIf((count) -> count == 0);
		Map<String, Double> expected = new TreeMap<>();
		if (method.getType() == MethodDescriptor.MethodType.UNARY) {
			expected.put("rpc.server.call.duration " + cause.status, 1.0);
		}
		else {
			expected.put("grpc.patterns.server.stream.duration " + cause.status, 1.0);
			expected.put("grpc.patterns.server.stream.ended " + cause.reason, 1.0);
		}
		if (cause.byPolicy()) {
			expected.put("grpc.patterns.server.refused " + cause.reason, 1.0);
		}
		truth.assertThat(ended).as("%s: meters", what).isEqualTo(expected);
		Observations observations = context.getBean(Observations.class);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(2))
			.atMost(Duration.ofSeconds(10))
			.until(() -> !observations.stopped.isEmpty());
		truth.assertThat(observations.stopped)
			.as("%s: observation", what)
			.containsExactly(method.getFullMethodName() + " " + cause.status);
		truth.assertThat(call.closes()).as("%s: closes", what).isEqualTo(1);
		truth.assertThat(stackTraces(log))
			.as("%s: stack traces", what)
			.isEqualTo(cause.reason.equals("internal") ? 1 : 0);
	}

	private static long stackTraces(CapturedLog log) {
		return log.events().stream().map(ILoggingEvent::getThrowableProxy).filter((thrown) -> thrown != null).count();
	}

	/**
	 * The counts of the meters that count ends of calls of a method.
	 */
	private static Map<String, Double> ends(MeterRegistry registry, MethodDescriptor<?, ?> method) {
		Map<String, Double> ends = new TreeMap<>();
		for (Meter meter : registry.getMeters()) {
			Meter.Id id = meter.getId();
			if (!method.getFullMethodName().equals(id.getTag("rpc.method"))) {
				continue;
			}
			if (meter instanceof Timer timer && id.getTag("rpc.response.status_code") != null) {
				ends.put(id.getName() + " " + id.getTag("rpc.response.status_code"), (double) timer.count());
			}
			if (meter instanceof Counter counter && id.getTag("reason") != null) {
				ends.put(id.getName() + " " + id.getTag("reason"), counter.count());
			}
		}
		return ends;
	}

	private static RawCall call(Cause cause, MethodDescriptor<PingRequest, PingResponse> method,
			ApplicationContext context, Channel channel) {
		Metadata headers = (cause == Cause.TOKEN_MISSING) ? new Metadata() : TestTokens.headers("alice");
		if (cause == Cause.TOKEN_INVALID) {
			headers.discardAll(TestTokens.AUTHORIZATION);
			headers.put(TestTokens.AUTHORIZATION, "Bearer " + TestTokens.of("alice") + "x");
		}
		if (!cause.throwIn.isEmpty()) {
			headers.put(THROW_IN, cause.throwIn);
		}
		CallOptions options = CallOptions.DEFAULT;
		if (cause == Cause.DEADLINE) {
			// Long enough for the margin of 100 ms: a tenth of less can pass between the
			// clocks.
			options = options.withDeadlineAfter(1, TimeUnit.SECONDS);
		}
		boolean hangs = cause.error.equals("hang");
		HandlerInterceptor handler = context.getBean(HandlerInterceptor.class);
		handler.reached = new CountDownLatch(1);
		RawCall call = RawCall.start(channel, method, options, headers);
		if (hangs && !method.getType().clientSendsOneMessage()) {
			// An open stream hangs by itself.
			call.send(PingRequest.getDefaultInstance());
		}
		else {
			call.send(PingRequest.newBuilder().setError(cause.error).setCount(2).build()).halfClose();
		}
		if (cause == Cause.CLIENT_CANCEL || cause == Cause.THROWN_IN_ON_CANCEL) {
			handler.awaitReached();
			call.cancel();
		}
		if (cause == Cause.TERMINATED) {
			handler.awaitReached();
			handler.guard.get().end(EndReason.TERMINATED);
		}
		return call;
	}

	@Configuration(proxyBeanMethods = false)
	public static class Application {

		@Bean
		Observations observations() {
			return new Observations();
		}

		@Bean
		ObservationRegistry observationRegistry(Observations observations) {
			return observations.registry();
		}

		@Bean
		HandlerInterceptor handlerInterceptor() {
			return new HandlerInterceptor();
		}

	}

	/**
	 * What the stack's own observation, and with it a trace, says of each call. No
	 * handler itself, for Boot would add it once more.
	 */
	static final class Observations {

		private final List<String> stopped = new CopyOnWriteArrayList<>();

		ObservationRegistry registry() {
			ObservationRegistry registry = ObservationRegistry.create();
			registry.observationConfig().observationHandler(new ObservationHandler<GrpcServerObservationContext>() {

				@Override
				public void onStop(GrpcServerObservationContext context) {
					Observations.this.stopped.add(context.getFullMethodName() + " " + context.getStatusCode());
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return context instanceof GrpcServerObservationContext;
				}

			});
			return registry;
		}

	}

	/**
	 * Innermost: throws where a call asks for it, and lets a call hang.
	 */
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class HandlerInterceptor implements ServerInterceptor {

		private final AtomicReference<ServerCallGuard> guard = new AtomicReference<>();

		private volatile CountDownLatch reached = new CountDownLatch(1);

		void awaitReached() {
			try {
				if (!this.reached.await(10, TimeUnit.SECONDS)) {
					throw new AssertionError("the handler was not reached");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			String in = headers.get(THROW_IN);
			throwIf("startCall", in);
			if ("refuse".equals(in)) {
				call.close(Status.UNAUTHENTICATED, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			this.guard.set(ServerCallGuard.current());
			return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
					next.startCall(call, headers)) {

				private boolean hangs;

				@Override
				public void onMessage(ReqT message) {
					throwIf("onMessage", in);
					this.hangs = ((PingRequest) message).getError().equals("hang");
					super.onMessage(message);
					HandlerInterceptor.this.reached.countDown();
				}

				@Override
				public void onHalfClose() {
					throwIf("onHalfClose", in);
					if (!this.hangs) {
						super.onHalfClose();
					}
				}

				@Override
				public void onReady() {
					throwIf("onReady", in);
					super.onReady();
				}

				@Override
				public void onComplete() {
					throwIf("onComplete", in);
					super.onComplete();
				}

				@Override
				public void onCancel() {
					throwIf("onCancel", in);
					super.onCancel();
				}

			};
		}

		private static void throwIf(String here, String in) {
			if (here.equals(in)) {
				throw new IllegalStateException("thrown in " + here);
			}
		}

	}

}
