/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the meters of both sides.
 */
class MetricsTests {

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService";

	private final SimpleMeterRegistry server = new SimpleMeterRegistry();

	private final SimpleMeterRegistry client = new SimpleMeterRegistry();

	private final AtomicInteger unknownMethods = new AtomicInteger();

	private GrpcHarness start(boolean gap, DataSize large) {
		return GrpcHarness.netty()
			.interceptors(new MetricsServerInterceptor(this.server, TestCalls.sharedTimer(),
					new MetricsServerProperties(true, gap, large), (method) -> Set.of()))
			.clientInterceptors(TestCalls.callClientInterceptor(TestCalls.sharedTimer()),
					new MetricsClientInterceptor(this.client, TestCalls.sharedTimer(),
							new MetricsClientProperties(true, gap, large), (method) -> Set.of()),
					new AttemptMetricsClientInterceptor(this.client))
			.unknownMethodListeners(this.unknownMethods::incrementAndGet)
			.start();
	}

	private static void await(org.awaitility.core.ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(assertion);
	}

	private static RequiredSearch meter(SimpleMeterRegistry registry, String name, String method) {
		return registry.get(name).tags("rpc.system.name", "grpc", "rpc.method", SERVICE + "/" + method);
	}

	@Test
	void aUnaryCallIsATimerOnBothSidesAndOneAttempt() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
			assertThat(meter(this.client, "rpc.client.call.duration", "Ping").tag("rpc.response.status_code", "OK")
				.timer()
				.count()).isEqualTo(1);
			assertThat(meter(this.client, "grpc.patterns.client.attempts", "Ping").tag("rpc.response.status_code", "OK")
				.counter()
				.count()).isEqualTo(1);
			await(() -> assertThat(
					meter(this.server, "rpc.server.call.duration", "Ping").tag("rpc.response.status_code", "OK")
						.timer()
						.count())
				.isEqualTo(1));
			assertThat(this.server.getMeters()).hasSize(1);
		}
	}

	@Test
	void aStreamMovesItsMetersWhileItLives() {
		try (GrpcHarness harness = start(true, DataSize.ofMegabytes(1))) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			PingRequest request = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[1000])).build();
			call.send(request).send(request).awaitFirst();
			String prefix = "grpc.patterns.server.stream.";
			await(() -> assertThat(
					meter(this.server, prefix + "messages", "PingBidi").tag("direction", "sent").counter().count())
				.isEqualTo(2));
			assertThat(meter(this.server, prefix + "active", "PingBidi").gauge().value()).isEqualTo(1);
			assertThat(
					meter(this.server, prefix + "messages", "PingBidi").tag("direction", "received").counter().count())
				.isEqualTo(2);
			assertThat(meter(this.server, prefix + "first.message", "PingBidi").timer().count()).isEqualTo(1);
			assertThat(meter(this.server, prefix + "gap", "PingBidi").timer().count()).isEqualTo(1);
			assertThat(meter(this.server, prefix + "message.size", "PingBidi").tag("direction", "received")
				.summary()
				.totalAmount()).isEqualTo(2 * request.getSerializedSize());
			call.halfClose().await();
			await(() -> assertThat(
					meter(this.server, prefix + "ended", "PingBidi").tag("reason", "completed").counter().count())
				.isEqualTo(1));
			assertThat(meter(this.server, prefix + "active", "PingBidi").gauge().value()).isZero();
			assertThat(
					meter(this.server, prefix + "duration", "PingBidi").tag("rpc.response.status_code", "OK").timer())
				.satisfies((timer) -> assertThat(timer.count()).isEqualTo(1));
			assertThat(meter(this.client, "grpc.patterns.client.stream.first.message", "PingBidi").timer().count())
				.isEqualTo(1);
			assertThat(meter(this.client, "grpc.patterns.client.stream.active", "PingBidi").gauge().value()).isZero();
		}
	}

	@Test
	void whatAClientSendsAfterTheEndCountsForNothing() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			PingRequest last = PingRequest.newBuilder().setError("error:ABORTED").build();
			assertThat(call.send(PingRequest.getDefaultInstance()).send(last).await().getCode())
				.isEqualTo(Status.Code.ABORTED);
			call.send(last).send(last);
			assertThat(meter(this.client, "grpc.patterns.client.stream.messages", "PingBidi").tag("direction", "sent")
				.counter()
				.count()).isEqualTo(2);
		}
	}

	@Test
	void theSizeOfACompressedMessageIsItsUncompressedSize() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			PingRequest request = PingRequest.newBuilder()
				.setCount(1)
				.setPayload(ByteString.copyFrom(new byte[10_000]))
				.build();
			Iterator<PingResponse> responses = harness.blocking().withCompression("gzip").pingList(request);
			assertThat(responses).toIterable().hasSize(1);
			await(() -> assertThat(meter(this.server, "grpc.patterns.server.stream.message.size", "PingList")
				.tag("direction", "received")
				.summary()
				.max()).isEqualTo(request.getSerializedSize()));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "identity", "gzip" })
	void aClientKnowsTheSizesOfItsMessages(String compression) {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			PingRequest request = PingRequest.newBuilder()
				.setCount(2)
				.setPayload(ByteString.copyFrom(new byte[10_000]))
				.build();
			Iterator<PingResponse> responses = harness.blocking().withCompression(compression).pingList(request);
			PingResponse first = responses.next();
			assertThat(responses).toIterable().hasSize(1);
			assertThat(size("sent").totalAmount()).isEqualTo(request.getSerializedSize());
			assertThat(size("received").count()).isEqualTo(2);
			assertThat(size("received").totalAmount()).isBetween(2.0 * first.getSerializedSize(),
					2.0 * first.getSerializedSize() + 2);
		}
	}

	private DistributionSummary size(String direction) {
		return meter(this.client, "grpc.patterns.client.stream.message.size", "PingList").tag("direction", direction)
			.summary();
	}

	@Test
	void aStreamThatIsNeverStartedCountsForNothing() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			harness.channel().newCall(PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT);
			harness.channel().newCall(PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT).cancel("before", null);
			String prefix = "grpc.patterns.client.stream.";
			assertThat(meter(this.client, prefix + "active", "PingBidi").gauge().value()).isZero();
			assertThat(this.client.get(prefix + "ended").counters())
				.allSatisfy((counter) -> assertThat(counter.count()).isZero());
			assertThat(this.client.find(prefix + "duration").timers()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "duration", "ended", "attempts" })
	void aMeterThatFailsAtTheEndDoesNotFailTheCall(String meter) {
		this.client.config().meterFilter(failing(meter));
		this.server.config().meterFilter(failing(meter));
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			assertThat(harness.blocking().pingList(PingRequest.newBuilder().setCount(2).build())).toIterable()
				.hasSize(2);
		}
	}

	/**
	 * Fails where a meter is made, as a registry does that has it with other tags.
	 */
	private static MeterFilter failing(String meter) {
		return new MeterFilter() {

			@Override
			public MeterFilterReply accept(Meter.Id id) {
				if (id.getName().endsWith("." + meter)) {
					throw new NoClassDefFoundError("gone");
				}
				return MeterFilterReply.NEUTRAL;
			}

		};
	}

	@Test
	void aStreamThatCannotBeMadeCountsAsFailedAndIsNotActive() {
		ClientInterceptor refusing = new ClientInterceptor() {

			@Override
			public <A, B> ClientCall<A, B> interceptCall(MethodDescriptor<A, B> method, CallOptions options,
					Channel next) {
				throw Status.UNAVAILABLE.withDescription("the circuit is open").asRuntimeException();
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty()
			.clientInterceptors(TestCalls.callClientInterceptor(TestCalls.sharedTimer()),
					new MetricsClientInterceptor(this.client, TestCalls.sharedTimer(),
							new MetricsClientProperties(true, false, DataSize.ofMegabytes(1)), (method) -> Set.of()),
					refusing)
			.start()) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> harness.channel().newCall(PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT));
			String prefix = "grpc.patterns.client.stream.";
			assertThat(meter(this.client, prefix + "active", "PingBidi").gauge().value()).isZero();
			assertThat(meter(this.client, prefix + "ended", "PingBidi").tag("reason", "failed").counter().count())
				.isEqualTo(1);
		}
	}

	@Test
	void aLargeMessageIsLoggedOnceForAStreamByEachSide() {
		try (GrpcHarness harness = start(false, DataSize.ofKilobytes(1));
				CapturedLog log = new CapturedLog(StreamReporter.class.getName())) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingStreamMethod(), CallOptions.DEFAULT,
					new Metadata());
			PingRequest large = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[2000])).build();
			call.send(large).send(large).halfClose().await();
			assertThat(log.events()).extracting((event) -> event.getFormattedMessage())
				.satisfiesExactlyInAnyOrder((sent) -> assertThat(sent).contains("PingStream", "sent"),
						(received) -> assertThat(received).contains("PingStream", "received"));
		}
	}

	@Test
	void aCallOfAnUnknownMethodIsCountedWithoutItsName() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			MethodDescriptor<PingRequest, PingResponse> invented = PingServiceGrpc.getPingMethod()
				.toBuilder()
				.setFullMethodName("made.up.Service/Method")
				.build();
			RawCall.start(harness.channel(), invented, CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose()
				.await();
			await(() -> assertThat(this.unknownMethods).hasValue(1));
			assertThat(this.server.getMeters()).isEmpty();
		}
	}

	@Test
	void aCallInAnUnknownCompressionIsNotOneOfAnUnknownMethod() {
		try (GrpcHarness harness = start(false, DataSize.ofMegabytes(1))) {
			ClientInterceptor encoding = new ClientInterceptor() {

				@Override
				public <A, B> ClientCall<A, B> interceptCall(MethodDescriptor<A, B> method, CallOptions options,
						Channel next) {
					return next.newCall(method, options.withCompression("made-up"));
				}

			};
			Codec madeUp = new Codec() {

				@Override
				public String getMessageEncoding() {
					return "made-up";
				}

				@Override
				public InputStream decompress(InputStream stream) {
					return stream;
				}

				@Override
				public OutputStream compress(OutputStream stream) {
					return stream;
				}

			};
			CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
			compressors.register(madeUp);
			ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", harness.port())
				.usePlaintext()
				.compressorRegistry(compressors)
				.intercept(encoding)
				.build();
			try {
				assertThat(RawCall.start(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.getDefaultInstance())
					.halfClose()
					.await()
					.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
				assertThat(this.unknownMethods).hasValue(0);
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	@Test
	void metersOfTheStackAreDeniedForMethodsThatAreNotRegistered() {
		ServerServiceDefinition service = new PingService().bindService();
		RegisteredMethodMeterFilter filter = new RegisteredMethodMeterFilter(TestCalls.registered(service));
		assertThat(filter.accept(id("grpc.server.call.started", "grpc.method", "made.up.Service/Method")))
			.isEqualTo(MeterFilterReply.DENY);
		assertThat(filter.accept(id("grpc.server.requests.received", "service", "made.up", "method", "Method")))
			.isEqualTo(MeterFilterReply.DENY);
		assertThat(filter.accept(id("grpc.server.call.started", "grpc.method", SERVICE + "/Ping")))
			.isEqualTo(MeterFilterReply.NEUTRAL);
		assertThat(filter.accept(id("grpc.server", "rpc.service", SERVICE, "rpc.method", "Ping")))
			.isEqualTo(MeterFilterReply.NEUTRAL);
		assertThat(filter.accept(id("grpc.client.call.started", "grpc.method", "else.where/Method")))
			.isEqualTo(MeterFilterReply.NEUTRAL);
	}

	@Test
	void metersOfTheStackAreDeniedOnAServerWithoutAMethodToo() {
		Server server = InProcessServerBuilder.forName("empty").build();
		Meter.Id meter = id("grpc.server.call.started", "grpc.method", "made.up.Service/Method");
		assertThat(new RegisteredMethodMeterFilter(TestCalls.registered(server)).accept(meter))
			.isEqualTo(MeterFilterReply.DENY);
		assertThat(new RegisteredMethodMeterFilter(TestCalls.registeredMethods()).accept(meter))
			.isEqualTo(MeterFilterReply.NEUTRAL);
	}

	private static Meter.Id id(String name, String... tags) {
		return new Meter.Id(name, Tags.of(tags), null, null, Meter.Type.COUNTER);
	}

}
