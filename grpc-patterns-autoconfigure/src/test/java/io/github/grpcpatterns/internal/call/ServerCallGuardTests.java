/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServerCallGuard} over the whole of a call.
 */
class ServerCallGuardTests {

	private final CallRecorder recorder = new CallRecorder();

	private GrpcHarness start(boolean netty) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).interceptors(this.recorder).start();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callsOfAllKindsAreReportedOnceAsOk(boolean netty) throws Exception {
		try (GrpcHarness harness = start(netty)) {
			harness.blocking().ping(PingRequest.newBuilder().setValue("a").build());
			assertReported("Ping", 1, 1);
			Iterator<PingResponse> list = harness.blocking().pingList(PingRequest.newBuilder().setCount(3).build());
			assertThat(list).toIterable().hasSize(3);
			assertReported("PingList", 1, 3);
			Received<PingResponse> done = new Received<>();
			StreamObserver<PingRequest> stream = harness.async().pingStream(done);
			stream.onNext(PingRequest.getDefaultInstance());
			stream.onNext(PingRequest.getDefaultInstance());
			stream.onCompleted();
			assertThat(done.error()).isNull();
			assertReported("PingStream", 2, 1);
			Received<PingResponse> bidiDone = new Received<>();
			StreamObserver<PingRequest> bidi = harness.async().pingBidi(bidiDone);
			bidi.onNext(PingRequest.getDefaultInstance());
			bidi.onNext(PingRequest.getDefaultInstance());
			bidi.onCompleted();
			assertThat(bidiDone.error()).isNull();
			assertReported("PingBidi", 2, 2);
			assertThat(this.recorder.count()).isZero();
		}
	}

	private void assertReported(String method, int received, int sent) {
		CallRecord call = this.recorder.await();
		assertThat(call.methodName()).endsWith("/" + method);
		assertThat(call.status().getCode()).isEqualTo(Status.Code.OK);
		assertThat(call.endReason()).isEqualTo(EndReason.COMPLETED);
		assertThat(call.traffic().messagesReceived()).isEqualTo(received);
		assertThat(call.traffic().messagesSent()).isEqualTo(sent);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anExceptionEndsTheCallOnceAsUnknownWithoutItsText(boolean netty) {
		try (GrpcHarness harness = start(netty)) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> harness.blocking()
					.ping(PingRequest.newBuilder().setError("throw:IllegalStateException").build()))
				.satisfies((ex) -> {
					assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
					assertThat(ex.getStatus().getDescription()).isEqualTo("unknown error");
				});
			CallRecord call = this.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(Status.Code.UNKNOWN);
			assertThat(call.exception()).isInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void aRequestThatDoesNotParseEndsItsOwnCallOnly() {
		try (GrpcHarness harness = start(true)) {
			RawCall other = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			other.send(PingRequest.getDefaultInstance()).awaitFirst();
			for (int i = 0; i < 200; i++) {
				MethodDescriptor<PingRequest, PingResponse> garbled = PingServiceGrpc.getPingMethod()
					.toBuilder(new Garbage<PingRequest>(), PingServiceGrpc.getPingMethod().getResponseMarshaller())
					.build();
				RawCall call = RawCall.start(harness.channel(), garbled, CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.getDefaultInstance())
					.halfClose();
				assertThat(call.await().getCode()).isEqualTo(Status.Code.INTERNAL);
				assertThat(call.await().getDescription()).isEqualTo("the request could not be parsed");
				assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.INTERNAL);
			}
			assertThat(other.halfClose().await().getCode()).isEqualTo(Status.Code.OK);
		}
	}

	@Test
	void aRequestThatIsTooLargeIsReportedAsTheClientSeesIt() {
		try (GrpcHarness harness = start(true)) {
			PingRequest large = PingRequest.newBuilder()
				.setPayload(ByteString.copyFrom(new byte[5 * 1024 * 1024]))
				.build();
			assertThat(ping(harness, large).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			CallRecord call = this.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call.endReason()).isEqualTo(EndReason.FAILED);
		}
	}

	@Test
	void aRequestThatIsTooLargeOnceInflatedIsRefusedAsSuch() {
		try (GrpcHarness harness = start(true)) {
			PingRequest large = PingRequest.newBuilder()
				.setPayload(ByteString.copyFrom(new byte[5 * 1024 * 1024]))
				.build();
			RawCall call = compressed(harness).send(large).halfClose();
			assertThat(call.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call.await().getDescription()).isEqualTo("the request is too large");
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		}
	}

	private static RawCall compressed(GrpcHarness harness) {
		return RawCall.start(harness.channel(), PingServiceGrpc.getPingMethod(),
				CallOptions.DEFAULT.withCompression("gzip"), new Metadata());
	}

	/**
	 * grpc-java reads the head of what is compressed by itself, and ends the stream.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 0, 10 })
	void aRequestThatCannotBeInflatedIsReportedAsTheClientSeesIt(int intact) {
		CompressorRegistry broken = CompressorRegistry.newEmptyInstance();
		broken.register(new Compressor() {

			@Override
			public String getMessageEncoding() {
				return "gzip";
			}

			@Override
			public OutputStream compress(OutputStream out) throws IOException {
				byte[] gzip = new byte[20];
				System.arraycopy(new byte[] { 31, (byte) 139, 8 }, 0, gzip, 0, Math.min(3, intact));
				Arrays.fill(gzip, intact, gzip.length, (byte) 0xff);
				out.write(gzip);
				return OutputStream.nullOutputStream();
			}

		});
		try (GrpcHarness harness = GrpcHarness.netty()
			.interceptors(this.recorder)
			.channel((channel) -> channel.compressorRegistry(broken))
			.start()) {
			RawCall call = compressed(harness).send(PingRequest.newBuilder().setValue("a").build()).halfClose();
			assertThat(call.await().getCode()).isEqualTo(Status.Code.INTERNAL);
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.INTERNAL);
		}
	}

	@Test
	void aStreamWhoseTrailersAreStuckBehindALittleIsReported() {
		PolicyClock time = new PolicyClock();
		AtomicReference<ServerCallStreamObserver<PingResponse>> stream = new AtomicReference<>();
		PingService service = new PingService().onPingList((request, responses) -> {
			stream.set(responses);
			stream.get().setOnCancelHandler(() -> {
			});
		});
		int window = 65_535;
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.timer(time)
			.interceptors(this.recorder)
			.channel((channel) -> ((NettyChannelBuilder) channel).flowControlWindow(window))
			.start()) {
			RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			Awaitility.await().until(() -> stream.get() != null);
			PingResponse response = PingResponse.newBuilder().setPayload(ByteString.copyFrom(new byte[4096])).build();
			for (int sent = 0; sent < window + 10_000; sent += response.getSerializedSize()) {
				stream.get().onNext(response);
			}
			Awaitility.await().until(() -> stream.get().isReady());
			stream.get().onCompleted();
			time.advance(Duration.ofSeconds(5));
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.OK);
		}
	}

	@Test
	void aPolicyEndsACallThoughTheOnlyThreadOfTheHandlersIsHeld() throws Exception {
		PolicyClock time = new PolicyClock();
		ExecutorService handlers = Executors.newSingleThreadExecutor();
		AtomicReference<Context> context = new AtomicReference<>();
		CountDownLatch cancelled = new CountDownLatch(1);
		PingService service = new PingService();
		service.onPingBidi((responses) -> {
			context.set(Context.current());
			responses.setOnCancelHandler(cancelled::countDown);
			return service.echo(responses);
		});
		CountDownLatch release = new CountDownLatch(1);
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.timer(time)
			.executor(handlers)
			.interceptors(this.recorder)
			.start()) {
			RawCall call = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			handlers.execute(() -> await(release));
			harness.liveCalls().forEach((record) -> record.guard().endAfter(1, EndReason.STREAM_MAX_DURATION));
			time.advance(Duration.ofMillis(1));
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			Awaitility.await().until(() -> {
				time.advance(Duration.ofMillis(100));
				return context.get().isCancelled();
			});
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.STREAM_MAX_DURATION);
			assertThat(cancelled.getCount()).isOne();
			release.countDown();
			await(cancelled);
		}
		finally {
			release.countDown();
			handlers.shutdown();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2 })
	void aUnaryAnswerThatIsNotOneMessageIsInternal(int messages) {
		PingService service = new PingService().onPing((request, responses) -> {
			for (int i = 0; i < messages; i++) {
				responses.onNext(PingResponse.getDefaultInstance());
			}
			responses.onCompleted();
		});
		try (GrpcHarness harness = GrpcHarness.netty().service(service).interceptors(this.recorder).start()) {
			assertThat(ping(harness, PingRequest.getDefaultInstance()).getCode()).isEqualTo(Status.Code.INTERNAL);
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.INTERNAL);
		}
	}

	@Test
	void aResponseThatDoesNotSerialiseIsReportedAsInternal() {
		MethodDescriptor<PingRequest, PingResponse> method = PingServiceGrpc.getPingMethod()
			.toBuilder(PingServiceGrpc.getPingMethod().getRequestMarshaller(), new Unserialisable())
			.setFullMethodName("broken.Service/Ping")
			.setSchemaDescriptor(null)
			.build();
		ServerServiceDefinition broken = ServerServiceDefinition.builder("broken.Service")
			.addMethod(method,
					ServerCalls.asyncUnaryCall((PingRequest request, StreamObserver<PingResponse> responses) -> {
						responses.onNext(PingResponse.getDefaultInstance());
						responses.onCompleted();
					}))
			.build();
		try (GrpcHarness harness = GrpcHarness.netty().service(() -> broken).interceptors(this.recorder).start()) {
			RawCall call = RawCall
				.start(harness.channel(),
						PingServiceGrpc.getPingMethod().toBuilder().setFullMethodName("broken.Service/Ping").build(),
						CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			assertThat(call.await().isOk()).isFalse();
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.INTERNAL);
		}
	}

	@Test
	void aLostConnectionIsReportedAsCancelledAndNotAsTheDeadline() {
		try (GrpcHarness harness = start(true)) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(),
					CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS), new Metadata());
			call.send(PingRequest.getDefaultInstance()).awaitFirst();
			harness.channel().shutdownNow();
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isEqualTo(Status.Code.CANCELLED);
			assertThat(record.endReason()).isEqualTo(EndReason.CANCELLED);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void withoutATracerThePoliciesAreNotWeaker(boolean policy) {
		try (GrpcHarness harness = GrpcHarness.netty()
			.withoutTracer()
			.interceptors(this.recorder, new ServerInterceptor() {

				@Override
				public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
						ServerCallHandler<A, B> next) {
					ServerCall.Listener<A> listener = next.startCall(call, headers);
					if (policy) {
						ServerCallGuard.current().end(EndReason.STREAM_IDLE);
					}
					return listener;
				}

			})
			.start()) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			call.send(PingRequest.getDefaultInstance()).awaitFirst();
			if (!policy) {
				call.cancel();
			}
			Status.Code code = policy ? Status.Code.DEADLINE_EXCEEDED : Status.Code.CANCELLED;
			assertThat(call.await().getCode()).isEqualTo(code);
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isEqualTo(code);
			assertThat(record.endReason()).isEqualTo(policy ? EndReason.STREAM_IDLE : EndReason.CANCELLED);
		}
	}

	@ParameterizedTest
	@CsvSource({ "handler,runtime", "handler,error", "refuse,runtime", "refuse,error", "policy,runtime", "policy,error",
			"thrown,runtime", "thrown,error" })
	void whenAnInterceptorFailsToCloseThenTheCallEndsAllTheSame(String who, String how) {
		ServerInterceptor failing = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						if (how.equals("error")) {
							throw new NoClassDefFoundError("secret");
						}
						throw new IllegalStateException("secret");
					}

				}, headers);
			}

		};
		ServerInterceptor policy = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				if (who.equals("refuse")) {
					return ServerCallGuard.current().refuse(call, EndReason.ACCESS_DENIED);
				}
				ServerCall.Listener<A> listener = next.startCall(call, headers);
				if (who.equals("policy")) {
					ServerCallGuard.current().end(EndReason.STREAM_IDLE);
				}
				return listener;
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().interceptors(this.recorder, failing, policy).start()) {
			Status status = ping(harness,
					PingRequest.newBuilder()
						.setError(who.equals("thrown") ? "throw:IllegalStateException" : "")
						.build());
			assertThat(status.getCode()).isNotIn(Status.Code.OK, Status.Code.CANCELLED);
			assertThat(String.valueOf(status.getDescription())).doesNotContain("secret");
			CallRecord call = this.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(status.getCode());
			assertThat(this.recorder.count()).isZero();
		}
	}

	@Test
	void anExceptionThatAnInterceptorHandsToTheGuardEndsTheCall() {
		ServerInterceptor handing = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				ServerCallGuard.current().thrown(new IllegalStateException("secret"));
				return new ServerCall.Listener<>() {
				};
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().interceptors(this.recorder, handing).start()) {
			assertThat(ping(harness, PingRequest.getDefaultInstance()).getCode()).isEqualTo(Status.Code.UNKNOWN);
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.UNKNOWN);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheMappingFailsThenTheCallEndsAllTheSame(boolean start) {
		ServerInterceptor throwing = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				if (start) {
					throw new IllegalStateException("secret");
				}
				return next.startCall(call, headers);
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().interceptors(this.recorder, throwing).mapping((thrown, call) -> {
			throw new NoClassDefFoundError("another secret");
		}).start()) {
			Status status = ping(harness, PingRequest.newBuilder().setError("throw:IllegalStateException").build());
			assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
			assertThat(status.getDescription()).isEqualTo("internal error");
			CallRecord call = this.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(Status.Code.INTERNAL);
			assertThat(call.exception()).isInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void whenAReporterFailsThenTheOthersAndTheCleanupsRun() {
		CallReporter failing = (call) -> {
			throw new NoClassDefFoundError("as intended");
		};
		CountDownLatch cleaned = new CountDownLatch(2);
		ServerInterceptor policy = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				CallRecord.current().addReporter(failing);
				ServerCallGuard.current().whenOver(() -> {
					cleaned.countDown();
					throw new IllegalStateException("as intended");
				});
				ServerCallGuard.current().whenOver(cleaned::countDown);
				return next.startCall(call, headers);
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().interceptors(policy, this.recorder).start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
			assertThat(this.recorder.await().status().getCode()).isEqualTo(Status.Code.OK);
			Awaitility.await().untilAsserted(() -> assertThat(cleaned.getCount()).isZero());
		}
	}

	@Test
	void whatListensToTheContextOfACallHoldsUpNoOtherCall() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		PingService service = new PingService()
			.onPing((request, responses) -> ServerCallGuard.current().endAfter(1, EndReason.DEADLINE))
			.onPingBidi((responses) -> {
				ServerCallGuard.current().endAfter(1, EndReason.STREAM_MAX_DURATION);
				Context.current().addListener((context) -> {
					try {
						blocked.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}, Runnable::run);
				return new Received<>();
			});
		try (GrpcHarness harness = GrpcHarness.netty().service(service).interceptors(this.recorder).start()) {
			RawCall stream = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			assertThat(stream.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(ping(harness, PingRequest.getDefaultInstance()).getCode())
				.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		}
		finally {
			blocked.countDown();
		}
	}

	@Test
	void anExceptionThatTheStackCatchesIsNoted() {
		ServerInterceptor stack = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				try {
					return next.startCall(call, headers);
				}
				catch (RuntimeException ex) { // as Spring gRPC's exception handler
					call.close(Status.fromThrowable(ex), new Metadata());
					return new ServerCall.Listener<>() {
					};
				}
			}

		};
		ServerInterceptor failing = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				throw new IllegalStateException("secret");
			}

		};
		try (CapturedLog log = new CapturedLog("grpc.patterns.call");
				GrpcHarness harness = GrpcHarness.netty().interceptors(this.recorder, stack, failing).start()) {
			Status status = ping(harness, PingRequest.getDefaultInstance());
			CallRecord call = this.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
			assertThat(call.exception()).isInstanceOf(IllegalStateException.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(log.events()).singleElement()
					.satisfies((event) -> assertThat(event.getThrowableProxy().getMessage()).isEqualTo("secret")));
		}
	}

	@Test
	void anUnknownExceptionIsLoggedUnderTheIdOfTheCall() {
		ServerInterceptor correlation = new ServerInterceptor() {

			@Override
			public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
					ServerCallHandler<A, B> next) {
				ServerCallGuard.current().record().correlationId("the-id");
				ServerCallGuard.current().enter(new CorrelationScope("the-id"));
				return next.startCall(call, headers);
			}

		};
		try (CapturedLog log = new CapturedLog("grpc.patterns.call");
				GrpcHarness harness = GrpcHarness.netty().interceptors(correlation, this.recorder).start()) {
			ping(harness, PingRequest.newBuilder().setError("throw:IllegalStateException").build());
			Awaitility.await().untilAsserted(() -> assertThat(log.events()).singleElement().satisfies((event) -> {
				assertThat(event.getThrowableProxy().getMessage()).isEqualTo("secret text");
				assertThat(event.getMDCPropertyMap()).containsEntry("correlationId", "the-id");
			}));
		}
	}

	@Test
	void aStreamThatNobodyReadsIsReportedAllTheSame() {
		PolicyClock timer = new PolicyClock();
		AtomicReference<ServerCallGuard> guard = new AtomicReference<>();
		PingService service = new PingService().onPingList((request, responses) -> {
			guard.set(ServerCallGuard.current());
			PingResponse large = PingResponse.newBuilder()
				.setPayload(ByteString.copyFrom(new byte[1024 * 1024]))
				.build();
			for (int i = 0; i < 3; i++) {
				responses.onNext(large);
			}
		});
		try (GrpcHarness harness = GrpcHarness.netty()
			.timer(timer)
			.service(service)
			.interceptors(this.recorder)
			.start()) {
			ClientCall<PingRequest, PingResponse> call = harness.channel()
				.newCall(PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT);
			call.start(new ClientCall.Listener<>() {
			}, new Metadata());
			call.request(1);
			call.sendMessage(PingRequest.getDefaultInstance());
			call.halfClose();
			Awaitility.await().until(() -> guard.get() != null && guard.get().record().traffic().messagesSent() == 3);
			assertThat(guard.get().end(EndReason.SLOW_CONSUMER)).isTrue();
			timer.advance(Duration.ofSeconds(1));
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.SLOW_CONSUMER);
			call.cancel("done", null);
			assertThat(this.recorder.count()).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whileMessagesWaitForAnotherThreadTheHandlerIsNotReadyAndHearsWhenItIs(boolean netty) throws Exception {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicReference<Boolean> readyBehind = new AtomicReference<>();
		PingService service = new PingService().onPingList((request, responses) -> {
			responses.setOnReadyHandler(() -> {
				if (readyBehind.get() == null) {
					busy(inside, release);
					responses.onNext(PingResponse.getDefaultInstance());
					readyBehind.set(responses.isReady());
					release.countDown();
				}
				else {
					responses.onCompleted();
				}
			});
		});
		try (GrpcHarness harness = (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service).start()) {
			Iterator<PingResponse> responses = harness.blocking()
				.withDeadlineAfter(20, TimeUnit.SECONDS)
				.pingList(PingRequest.getDefaultInstance());
			assertThat(responses).toIterable().hasSize(1);
			assertThat(readyBehind).hasValue(false);
		}
	}

	/**
	 * Have another thread send something that takes its time.
	 */
	/**
	 * The transport tells it once, and nobody may ask before it is noted that the handler
	 * waits.
	 */
	@Test
	void aTransportThatTurnsReadyWhileItIsAskedIsNotMissed() {
		Queue<Boolean> answers = new ConcurrentLinkedQueue<>(List.of(false));
		ServerInterceptor turnsReady = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public boolean isReady() {
						Boolean answer = answers.poll();
						return (answer != null) ? answer : super.isReady();
					}

				}, headers);
			}

		};
		OpenService service = new OpenService();
		try (GrpcHarness harness = GrpcHarness.inProcess().service(service).interceptors(turnsReady).start()) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			OpenService.Handler handler = service.await();
			Awaitility.await("told of the transport's own callback").until(() -> handler.readies.get() == 1);
			answers.add(false);
			assertThat(handler.responses.isReady()).isFalse();
			Awaitility.await("told after it had asked").until(() -> handler.readies.get() == 2);
			assertThat(handler.responses.isReady()).isTrue();
			call.cancel();
		}
	}

	private static void busy(CountDownLatch inside, CountDownLatch release) {
		ServerCallGuard guard = ServerCallGuard.current();
		new Thread(() -> {
			assertThat(guard.out().tryEnter()).isTrue();
			inside.countDown();
			await(release);
			guard.out().exit();
		}).start();
		await(inside);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whatIsSentAfterTheStreamWasClosedIsNotCounted() {
		PingService service = new PingService().onPingList((request, responses) -> {
			responses.setOnCancelHandler(() -> {
			});
			responses.onNext(PingResponse.getDefaultInstance());
			Awaitility.await().until(responses::isCancelled);
			for (int i = 0; i < 5; i++) {
				responses.onNext(PingResponse.getDefaultInstance());
			}
		});
		try (GrpcHarness harness = GrpcHarness.netty().service(service).interceptors(this.recorder).start()) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT,
					new Metadata());
			call.send(PingRequest.getDefaultInstance()).halfClose().awaitFirst().cancel();
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isEqualTo(Status.Code.CANCELLED);
			assertThat(record.traffic().messagesSent()).isEqualTo(1);
		}
	}

	@Test
	void anAnswerThatIsMissingBecauseTheClientCancelledIsNoErrorOfTheHandler() {
		CountDownLatch handling = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		PingService service = new PingService().onPing((request, responses) -> {
			responses.setOnCancelHandler(() -> {
			});
			new Thread(() -> {
				handling.countDown();
				Awaitility.await().until(responses::isCancelled);
				responses.onCompleted();
				done.countDown();
			}).start();
		});
		try (CapturedLog log = new CapturedLog("grpc.patterns.call");
				GrpcHarness harness = GrpcHarness.netty().service(service).interceptors(this.recorder).start()) {
			RawCall call = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			await(handling);
			call.cancel();
			await(done);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.CANCELLED);
			assertThat(log.events()).isEmpty();
		}
	}

	private static Status ping(GrpcHarness harness, PingRequest request) {
		return RawCall.start(harness.channel(), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
			.send(request)
			.halfClose()
			.await();
	}

	/**
	 * Sends what is no message.
	 */
	private static final class Garbage<T> implements MethodDescriptor.Marshaller<T> {

		@Override
		public InputStream stream(T value) {
			return new ByteArrayInputStream(new byte[] { (byte) 0xff, (byte) 0xff, (byte) 0xff });
		}

		@Override
		public T parse(InputStream stream) {
			throw new UnsupportedOperationException();
		}

	}

	/**
	 * Fails where a message is to be sent.
	 */
	private static final class Unserialisable implements MethodDescriptor.Marshaller<PingResponse> {

		@Override
		public InputStream stream(PingResponse value) {
			throw new IllegalStateException("cannot serialise");
		}

		@Override
		public PingResponse parse(InputStream stream) {
			return PingResponse.getDefaultInstance();
		}

	}

}
