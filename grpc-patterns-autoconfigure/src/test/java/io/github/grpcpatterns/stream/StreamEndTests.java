/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything that is to be seen of a stream that runs into a limit, with every pattern
 * on, over a real connection.
 */
class StreamEndTests {

	private static final String METHOD = PingServiceGrpc.getPingBidiMethod().getFullMethodName();

	private static final Metadata.Key<String> CORRELATION_ID = Metadata.Key.of("x-correlation-id",
			Metadata.ASCII_STRING_MARSHALLER);

	static Stream<Arguments> limits() {
		return Stream.of(Arguments.of("max-duration", "2s", EndReason.STREAM_MAX_DURATION),
				Arguments.of("idle-timeout", "2s", EndReason.STREAM_IDLE),
				Arguments.of("max-inbound-messages", "3", EndReason.STREAM_MAX_MESSAGES),
				Arguments.of("max-outbound-messages", "3", EndReason.STREAM_MAX_MESSAGES),
				Arguments.of("max-inbound-bytes", "3500B", EndReason.STREAM_MAX_BYTES),
				Arguments.of("max-outbound-bytes", "3500B", EndReason.STREAM_MAX_BYTES),
				Arguments.of("max-pending-bytes", "100KB", EndReason.SLOW_CONSUMER),
				Arguments.of("max-pending-bytes-total", "100KB", EndReason.SLOW_CONSUMER));
	}

	@ParameterizedTest
	@MethodSource("limits")
	void everybodySeesTheSameEndAndTheMemoryComesBack(String setting, String value, EndReason reason) {
		OpenService service = new OpenService();
		TestStack.NET_DEVH.run(TestStack.NET_DEVH.runner()
			.withAllowBeanDefinitionOverriding(true)
			.withBean("pingService", OpenService.class, () -> service)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("grpc.patterns.server.stream." + setting + "=" + value), (context, channel) -> {
				try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
					WeakReference<?> gone = run(service, channel, setting, reason);
					assertLogLine(log, reason);
					assertMeters(context.getBean(MeterRegistry.class), reason);
					assertThat(context.getBean(StreamServerInterceptor.class).pendingBytes().total()).isZero();
					List<CallRecord> live = new ArrayList<>();
					context.getBean(LiveCalls.class).forEach(live::add);
					assertThat(live).isEmpty();
					Awaitility.await().untilAsserted(() -> {
						System.gc();
						assertThat(gone.get()).isNull();
					});
				}
			});
	}

	/**
	 * Make a stream run into the limit, and let go of it.
	 */
	private static WeakReference<?> run(OpenService service, Channel channel, String setting, EndReason reason) {
		boolean slow = reason == EndReason.SLOW_CONSUMER;
		RawCall call = slow ? RawCall.startUnread(channel, PingServiceGrpc.getPingBidiMethod())
				: RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata());
		OpenService.Handler handler = service.await();
		for (int i = 1; i <= 4; i++) {
			if (setting.contains("inbound")) {
				call.send(PingRequest.newBuilder().setCount(i).setPayload(ByteString.copyFrom(new byte[1000])).build());
			}
			if (setting.contains("outbound")) {
				handler.responses.onNext(OpenService.response(i, 1000));
			}
		}
		while (slow && !handler.responses.isCancelled()) {
			handler.responses.onNext(OpenService.response(1, 10_000));
		}
		if (slow) {
			call.request(1000);
		}
		StreamFixture.assertEnded(call, handler, reason);
		if (setting.contains("inbound")) {
			assertThat(handler.received).containsExactly(1, 2, 3);
		}
		if (setting.contains("outbound")) {
			assertThat(call.responses()).hasSize(3);
		}
		assertThat(StreamFixture.detail(call, ErrorInfo.class).getDomain()).isEqualTo("grpcpatterns");
		assertThat(StreamFixture.detail(call, RequestInfo.class).getRequestId()).isNotEmpty()
			.isEqualTo((call.headers().containsKey(CORRELATION_ID) ? call.headers() : call.trailers())
				.get(CORRELATION_ID));
		if (setting.startsWith("max-inbound") || setting.startsWith("max-outbound")) {
			assertThat(StreamFixture.quotaFailure(call).getViolationsList()).singleElement().satisfies((violation) -> {
				assertThat(violation.getSubject()).isEqualTo(METHOD);
				assertThat(violation.getDescription()).startsWith(setting + ": at most 3");
			});
		}
		return new WeakReference<>(record(handler));
	}

	private static CallRecord record(OpenService.Handler handler) {
		try {
			return handler.context.call(CallRecord::current);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void assertLogLine(CapturedLog log, EndReason reason) {
		String code = reason.status().getCode().name();
		Awaitility.await().untilAsserted(() -> assertThat(log.events()).hasSize(1));
		ILoggingEvent line = log.events().get(0);
		assertThat(line.getLevel()).isEqualTo(Level.WARN);
		assertThat(line.getFormattedMessage()).matches(METHOD + " " + code + " in \\d+ ms");
		assertThat(CapturedLog.keyValues(line)).contains(Map.entry("grpc.status", code),
				Map.entry("grpc.method", METHOD), Map.entry("grpc.type", "bidi_streaming"));
	}

	private static void assertMeters(MeterRegistry meters, EndReason reason) {
		String prefix = "grpc.patterns.server.stream.";
		Awaitility.await()
			.untilAsserted(() -> assertThat(meters.get(prefix + "ended")
				.tag("rpc.method", METHOD)
				.tag("reason", reason.name().toLowerCase(Locale.ROOT))
				.counter()
				.count()).isOne());
		assertThat(meters.find(prefix + "ended")
			.tag("rpc.method", METHOD)
			.counters()
			.stream()
			.mapToDouble((counter) -> counter.count())
			.sum()).isOne();
		assertThat(meters.get(prefix + "duration")
			.tag("rpc.method", METHOD)
			.tag("rpc.response.status_code", reason.status().getCode().name())
			.timer()
			.count()).isOne();
		assertThat(meters.get(prefix + "active").tag("rpc.method", METHOD).gauge().value()).isZero();
	}

}
