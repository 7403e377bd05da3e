/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for what waits because the client does not read.
 */
class StreamQueueTests {

	private static final int MESSAGE = 50_000;

	private final PolicyClock clock = new PolicyClock();

	private final CallRecorder recorder = new CallRecorder();

	private final OpenService service = new OpenService();

	private final AtomicReference<ServerCallGuard> guard = new AtomicReference<>();

	private StreamServerInterceptor interceptor;

	private ServerInterceptor outer = new CallRecorder();

	private GrpcHarness start(boolean netty, CallTimer timer, BindableService service, Map<String, ?> settings) {
		this.interceptor = new StreamServerInterceptor(StreamFixture.bind(settings), timer);
		ServerInterceptor keepGuard = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				StreamQueueTests.this.guard.set(ServerCallGuard.current());
				return next.startCall(call, headers);
			}

		};
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service)
			.timer(timer)
			.interceptors(this.recorder, keepGuard, this.outer, this.interceptor)
			.start();
	}

	private GrpcHarness start(Map<String, ?> settings) {
		return start(true, this.clock, this.service, settings);
	}

	private static RawCall unread(GrpcHarness harness) {
		return RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingBidiMethod());
	}

	private static void send(OpenService.Handler handler, int messages) {
		for (int i = 1; i <= messages; i++) {
			handler.responses.onNext(OpenService.response(i, MESSAGE));
		}
	}

	private static List<Integer> upTo(int last) {
		return IntStream.rangeClosed(1, last).boxed().toList();
	}

	private void assertNothingWaits() {
		Awaitility.await().untilAsserted(() -> assertThat(this.interceptor.pendingBytes().total()).isZero());
	}

	@ParameterizedTest
	@ValueSource(strings = { "max-pending-bytes", "max-pending-bytes-total" })
	void whatIsLeftForAnotherThreadToSendCountsToo(String bound) throws Exception {
		CountDownLatch sending = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void sendMessage(RespT message) {
						sending.countDown();
						hold(goOn);
						super.sendMessage(message);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = start(Map.of(bound, "1MB"))) {
			RawCall call = unread(harness);
			call.request(1);
			OpenService.Handler handler = this.service.await();
			Thread sender = new Thread(() -> handler.responses.onNext(OpenService.response(1, MESSAGE)));
			sender.start();
			assertThat(sending.await(10, TimeUnit.SECONDS)).isTrue();
			send(handler, 15);
			assertThat(this.interceptor.pendingBytes().total()).isBetween(15L * MESSAGE, 16L * MESSAGE);
			assertThat(handler.responses.isCancelled()).isFalse();
			send(handler, 10);
			assertThat(handler.responses.isCancelled()).isTrue();
			assertThat(this.interceptor.pendingBytes().total()).isLessThan(24L * MESSAGE);
			goOn.countDown();
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.SLOW_CONSUMER);
			sender.join();
			assertNothingWaits();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsSentTooFastWaitsInOrderAndTheCloseBehindIt(boolean netty) {
		try (GrpcHarness harness = start(netty, this.clock, this.service, Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 300);
			assertThat(handler.responses.isReady()).isFalse();
			Awaitility.await().until(() -> this.interceptor.pendingBytes().total() > 50 * MESSAGE);
			handler.responses.onCompleted();
			assertThatIllegalStateException().isThrownBy(() -> handler.responses.onNext(OpenService.response(1)));
			assertThatIllegalStateException().isThrownBy(handler.responses::onCompleted);
			assertThat(call.closes()).isZero();
			call.request(1000);
			assertThat(call.await().isOk()).isTrue();
			assertThat(call.responses()).extracting(PingResponse::getCounter).isEqualTo(upTo(300));
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.COMPLETED);
			assertThat(handler.cancels).hasValue(0);
			assertNothingWaits();
		}
	}

	@Test
	void anErrorOfTheHandlersWaitsToo() {
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 300);
			handler.responses.onError(Status.NOT_FOUND.asRuntimeException());
			call.request(1000);
			assertThat(call.await().getCode()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(call.responses()).hasSize(300);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.FAILED);
		}
	}

	@Test
	void aHandlerThatLooksIsToldWhenItMayGoOn() {
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			Awaitility.await().until(() -> handler.readies.get() == 1);
			send(handler, 300);
			assertThat(handler.responses.isReady()).isFalse();
			call.request(10);
			Awaitility.await().until(() -> call.responses().size() == 10);
			int before = handler.readies.get();
			call.request(1000);
			Awaitility.await().until(() -> handler.readies.get() > before);
			assertThat(handler.responses.isReady()).isTrue();
			assertThat(this.interceptor.pendingBytes().total()).isZero();
			call.cancel();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aClientThatDoesNotReadEndsItsStreamAndTheMemoryComesBack(boolean netty) {
		try (GrpcHarness harness = start(netty, this.clock, this.service, Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			long most = 0;
			int sent = 0;
			for (; !handler.responses.isCancelled() && sent < 5000; sent++) {
				handler.responses.onNext(OpenService.response(sent, MESSAGE));
				most = Math.max(most, this.interceptor.pendingBytes().total());
			}
			assertThat(most).isBetween(1L, (16L << 20) + 64 * sent);
			assertNothingWaits();
			call.request(1000);
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.SLOW_CONSUMER);
			assertThat(call.responses().size()).isLessThan(300);
		}
	}

	@Test
	void oneStreamsBoundIsItsMethods() {
		try (GrpcHarness harness = start(
				Map.of("overrides[0].methods", "*", "overrides[0].max-pending-bytes", "100KB"))) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 40);
			call.request(1000);
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.SLOW_CONSUMER);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STREAM_MAX_DURATION", "STREAM_IDLE", "TOKEN_EXPIRED", "SERVER_DRAINING", "TERMINATED" })
	void aPolicyEndsAStreamWhoseCloseWaits(EndReason reason) {
		try (GrpcHarness harness = start(Map.of("max-duration", "1h", "idle-timeout", "1m"))) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 300);
			handler.responses.onCompleted();
			switch (reason) {
				case STREAM_IDLE -> this.clock.advance(Duration.ofMinutes(1));
				case STREAM_MAX_DURATION -> {
					for (int i = 0; i < 61; i++) {
						call.send(OpenService.request(i));
						int received = i + 1;
						Awaitility.await().until(() -> handler.received.size() == received);
						this.clock.advance(Duration.ofSeconds(59));
					}
					this.clock.advance(Duration.ofSeconds(1));
				}
				// While the close is on its way to be held, nobody can tell yet.
				default -> this.guard.get().end(reason);
			}
			Awaitility.await().until(() -> this.interceptor.pendingBytes().total() == 0);
			call.request(1000);
			assertThat(call.await().getCode()).isEqualTo(reason.status().getCode());
			assertThat(call.responses().size()).isLessThan(300);
			assertThat(this.recorder.await().endReason()).isEqualTo(reason);
			Awaitility.await().untilAsserted(() -> assertThat(handler.cancels).hasValue(1));
			assertThat(handler.context.isCancelled()).isTrue();
			assertThat(this.guard.get().end(EndReason.TERMINATED)).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aClientsCancelDropsWhatWaits(boolean closed) {
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 300);
			if (closed) {
				handler.responses.onCompleted();
			}
			call.cancel();
			assertNothingWaits();
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.CANCELLED);
			assertThat(handler.cancels).hasValue(1);
			if (!closed) {
				handler.responses.onNext(OpenService.response(1, MESSAGE));
				assertThat(this.interceptor.pendingBytes().total()).isZero();
			}
		}
	}

	@Test
	void aHandlerThatKeepsItsThreadDoesNotKeepWhatWaits() {
		CountDownLatch all = new CountDownLatch(1);
		PingService busy = new PingService().onPingList((request, responses) -> {
			for (int i = 0; i < 300; i++) {
				responses.onNext(OpenService.response(i, MESSAGE));
			}
			hold(all);
			responses.onCompleted();
		});
		try (GrpcHarness harness = start(true, TestCalls.sharedTimer(), busy, Map.of())) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			Awaitility.await().until(() -> this.interceptor.pendingBytes().total() > 0);
			call.request(1000);
			Awaitility.await().until(() -> call.responses().size() == 300);
			assertThat(all.getCount()).isOne();
			all.countDown();
			assertThat(call.await().isOk()).isTrue();
		}
	}

	@Test
	void aClientsCancelDropsWhatWaitsEvenWhileTheHandlerKeepsItsThread() {
		CountDownLatch dropped = new CountDownLatch(1);
		PingService busy = new PingService().onPingList((request, responses) -> {
			for (int i = 0; i < 300; i++) {
				responses.onNext(OpenService.response(i, MESSAGE));
			}
			hold(dropped);
		});
		try (GrpcHarness harness = start(true, this.clock, busy, Map.of())) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			Awaitility.await().until(() -> this.interceptor.pendingBytes().total() > 1);
			call.cancel();
			assertNothingWaits();
			dropped.countDown();
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.CANCELLED);
		}
	}

	@Test
	void atTheBoundOfAllStreamsTheOneThatHoldsMostIsEnded() {
		try (GrpcHarness harness = start(Map.of("max-pending-bytes-total", "20MB"))) {
			List<RawCall> calls = new ArrayList<>();
			List<OpenService.Handler> handlers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				calls.add(unread(harness));
				handlers.add(this.service.await());
			}
			send(handlers.get(0), 50);
			send(handlers.get(1), 300);
			send(handlers.get(2), 250);
			Awaitility.await().untilAsserted(() -> assertThat(handlers.get(1).cancels).hasValue(1));
			calls.get(1).request(1000);
			assertThat(calls.get(1).await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.SLOW_CONSUMER);
			for (int i : new int[] { 0, 2 }) {
				handlers.get(i).responses.onCompleted();
				calls.get(i).request(1000);
				assertThat(calls.get(i).await().isOk()).isTrue();
			}
			assertThat(calls.get(0).responses()).hasSize(50);
			assertThat(calls.get(2).responses()).hasSize(250);
			assertNothingWaits();
		}
	}

	/**
	 * Whoever is to close it may be long in coming.
	 */
	@Test
	void theStreamThatIsEndedAtTheBoundOfAllGivesUpWhatWaitsAtOnce() {
		Queue<Runnable> held = new ConcurrentLinkedQueue<>();
		PolicyClock busy = new PolicyClock() {

			@Override
			public Executor executor() {
				return held::add;
			}

		};
		try (GrpcHarness harness = start(true, busy, this.service, Map.of("max-pending-bytes-total", "10MB"))) {
			RawCall large = unread(harness);
			OpenService.Handler handler = this.service.await();
			List<WeakReference<PingResponse>> messages = new ArrayList<>();
			for (int i = 0; i < 150; i++) {
				PingResponse message = OpenService.response(i, MESSAGE);
				messages.add(new WeakReference<>(message));
				handler.responses.onNext(message);
			}
			RawCall small = unread(harness);
			send(this.service.await(), 140);
			assertThat(handler.responses.isCancelled()).isTrue();
			assertThat(this.interceptor.pendingBytes().total()).isLessThan(140 * (MESSAGE + 100));
			Awaitility.await().untilAsserted(() -> {
				System.gc();
				assertThat(messages).allSatisfy((message) -> assertThat(message.get()).isNull());
			});
			assertThat(held).isNotEmpty();
			this.clock.executor().execute(() -> held.forEach(Runnable::run));
			large.request(1000);
			assertThat(large.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			small.cancel();
		}
	}

	/**
	 * The handler is about to send while a policy ends the stream, drops what waits, and
	 * the client begins to read.
	 */
	@Test
	void whatIsSentWhileAPolicyEndsAStreamDoesNotOvertakeWhatIsDropped() throws Exception {
		Queue<Runnable> held = new ConcurrentLinkedQueue<>();
		PolicyClock busy = new PolicyClock() {

			@Override
			public Executor executor() {
				return held::add;
			}

		};
		CountDownLatch measuring = new CountDownLatch(1);
		CountDownLatch measured = new CountDownLatch(1);
		CountDownLatch sent = new CountDownLatch(1);
		BindableService proxy = proxy((responses) -> {
			for (int i = 1; i <= 300; i++) {
				responses.onNext(new ByteArrayInputStream(OpenService.response(i, MESSAGE).toByteArray()));
			}
			responses.onNext(new ByteArrayInputStream(OpenService.response(301, MESSAGE).toByteArray()) {

				@Override
				public int available() {
					measuring.countDown();
					hold(measured);
					return super.available();
				}

			});
			sent.countDown();
		});
		AtomicReference<ServerCall<?, ?>> transport = new AtomicReference<>();
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				transport.set(call);
				return next.startCall(call, headers);
			}

		};
		try (GrpcHarness harness = start(true, busy, proxy, Map.of("max-outbound-bytes", "100MB"))) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			assertThat(measuring.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(this.guard.get().end(EndReason.TERMINATED)).isTrue();
			call.request(1000);
			Awaitility.await().until(() -> transport.get().isReady());
			measured.countDown();
			assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
			held.forEach(Runnable::run);
			assertThat(call.await().getCode()).isEqualTo(EndReason.TERMINATED.status().getCode());
			assertThat(call.responses()).extracting(PingResponse::getCounter).isEqualTo(upTo(call.responses().size()));
			assertNothingWaits();
		}
	}

	/**
	 * As in a proxy, which has no idea what it carries.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "max-pending-bytes", "max-outbound-bytes" })
	void messagesThatAreStreamsOfBytesAreMeasuredAndArrive(String limit) {
		byte[] message = OpenService.response(1, MESSAGE).toByteArray();
		BindableService proxy = proxy((responses) -> {
			for (int i = 0; i < 101; i++) {
				responses.onNext(new ByteArrayInputStream(message));
			}
			responses.onCompleted();
		});
		try (GrpcHarness harness = start(true, this.clock, proxy, Map.of(limit, 100 * message.length))) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			if (limit.equals("max-pending-bytes")) {
				Awaitility.await().until(() -> this.interceptor.pendingBytes().total() > 50 * MESSAGE);
			}
			call.request(1000);
			assertThat(call.await().getCode())
				.isEqualTo(limit.equals("max-pending-bytes") ? Status.Code.OK : Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call.responses()).hasSize(limit.equals("max-pending-bytes") ? 101 : 100)
				.allSatisfy((response) -> assertThat(response.getPayload().size()).isEqualTo(MESSAGE));
			assertNothingWaits();
		}
	}

	private static BindableService proxy(Consumer<StreamObserver<InputStream>> answer) {
		MethodDescriptor.Marshaller<InputStream> asItIs = new MethodDescriptor.Marshaller<>() {

			@Override
			public InputStream stream(InputStream value) {
				return value;
			}

			@Override
			public InputStream parse(InputStream stream) {
				return stream;
			}

		};
		MethodDescriptor<InputStream, InputStream> method = MethodDescriptor.newBuilder(asItIs, asItIs)
			.setFullMethodName(PingServiceGrpc.getPingListMethod().getFullMethodName())
			.setType(MethodDescriptor.MethodType.SERVER_STREAMING)
			.build();
		return () -> ServerServiceDefinition.builder(PingServiceGrpc.SERVICE_NAME)
			.addMethod(method,
					ServerCalls.asyncServerStreamingCall(
							(InputStream request, StreamObserver<InputStream> responses) -> answer.accept(responses)))
			.build();
	}

	private static void hold(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void theLargestStreamIsEndedWithinItsOwnContext() {
		Queue<Boolean> own = new ConcurrentLinkedQueue<>();
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				CallRecord record = CallRecord.current();
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						own.add(CallRecord.current() == record);
						super.close(status, trailers);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = start(Map.of("max-pending-bytes-total", "10MB"))) {
			RawCall large = unread(harness);
			send(this.service.await(), 150);
			RawCall small = unread(harness);
			OpenService.Handler handler = this.service.await();
			handler.context.run(() -> send(handler, 140));
			large.request(1000);
			assertThat(large.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(own).containsExactly(true);
			small.cancel();
		}
	}

	@Test
	void whatWaitsIsCompressedAsTheHandlerSaid() {
		List<String> sent = new CopyOnWriteArrayList<>();
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					private boolean compresses = true;

					@Override
					public void setMessageCompression(boolean enabled) {
						this.compresses = enabled;
						super.setMessageCompression(enabled);
					}

					@Override
					public void sendMessage(RespT message) {
						sent.add(((PingResponse) message).getCounter() + (this.compresses ? " compressed" : " plain"));
						super.sendMessage(message);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			List<String> meant = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				boolean plain = i % 3 == 0;
				handler.responses.setMessageCompression(!plain);
				handler.responses.onNext(OpenService.response(i, MESSAGE));
				meant.add(i + (plain ? " plain" : " compressed"));
			}
			Awaitility.await().until(() -> this.interceptor.pendingBytes().total() > 0);
			handler.responses.onCompleted();
			call.request(1000);
			assertThat(call.await().isOk()).isTrue();
			assertThat(sent).isEqualTo(meant);
		}
	}

	/**
	 * An {@code Error} of an interceptor, once.
	 */
	private static ServerInterceptor failingAt(int counter) {
		return new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void sendMessage(RespT message) {
						if (((PingResponse) message).getCounter() == counter) {
							throw new NoClassDefFoundError("thrown by the test");
						}
						super.sendMessage(message);
					}

				}, headers);
			}

		};
	}

	@Test
	void anErrorWhileMessagesThatWaitedAreSentEndsTheCallWithoutAGap() {
		this.outer = failingAt(30);
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 60);
			handler.responses.onCompleted();
			call.request(1000);
			assertThat(call.await().isOk()).isFalse();
			List<Integer> received = call.responses().stream().map(PingResponse::getCounter).toList();
			assertThat(received).isEqualTo(IntStream.range(1, 30).boxed().toList());
			assertThat(this.recorder.await().status().isOk()).isFalse();
			assertThat(this.interceptor.pendingBytes().total()).isZero();
		}
	}

	@Test
	void theHandlersCloseGoesNoFurtherOnceTheClientHasCancelled() {
		Queue<Status> closes = new ConcurrentLinkedQueue<>();
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						closes.add(status);
						super.close(status, trailers);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = start(Map.of())) {
			RawCall call = unread(harness);
			OpenService.Handler handler = this.service.await();
			send(handler, 60);
			handler.responses.onCompleted();
			assertThat(closes).isEmpty();
			call.cancel();
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.CANCELLED);
			Awaitility.await().until(() -> !closes.isEmpty());
			assertThat(closes).extracting(Status::getCode).containsExactly(Status.Code.CANCELLED);
			assertThat(this.interceptor.pendingBytes().total()).isZero();
		}
	}

	@Test
	void aTokenInHandIsSpentAsSoonAsTheTransportIsReady() {
		AtomicReference<Boolean> ready = new AtomicReference<>(true);
		this.outer = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public boolean isReady() {
						return ready.getAndSet(true) && super.isReady();
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = start(Map.of("outbound-rate", "10", "outbound-burst", "1", "rate-per", "method"))) {
			RawCall call = unread(harness).request(10);
			OpenService.Handler handler = this.service.await();
			handler.responses.onNext(OpenService.response(1));
			Awaitility.await().until(() -> call.responses().size() == 1);
			Awaitility.await().until(() -> {
				this.clock.advance(Duration.ofMillis(100)); // a token comes, and is held
				return handler.responses.isReady();
			});
			ready.set(false); // at the first look, and no longer at the next
			handler.responses.onNext(OpenService.response(2));
			Awaitility.await().until(() -> {
				this.clock.advance(Duration.ofMillis(5));
				return call.responses().size() == 2;
			});
			call.cancel();
		}
	}

	@Test
	void messagesOfTwoThreadsThatBeginTogetherAreAllSent() throws Exception {
		try (GrpcHarness harness = start(Map.of())) {
			for (int i = 0; i < 300; i++) {
				RawCall call = unread(harness).request(1000);
				OpenService.Handler handler = this.service.await();
				CountDownLatch start = new CountDownLatch(1);
				List<Thread> threads = new ArrayList<>();
				for (int from : new int[] { 0, 100 }) {
					Thread thread = new Thread(() -> {
						try {
							start.await();
						}
						catch (InterruptedException ex) {
							return;
						}
						for (int counter = from; counter < from + 10; counter++) {
							handler.responses.onNext(OpenService.response(counter));
						}
					});
					thread.start();
					threads.add(thread);
				}
				start.countDown();
				for (Thread thread : threads) {
					thread.join();
				}
				handler.responses.onCompleted();
				assertThat(call.await().getCode()).isEqualTo(Status.Code.OK);
				List<Integer> received = call.responses().stream().map(PingResponse::getCounter).toList();
				assertThat(received.stream().filter((counter) -> counter < 100).toList())
					.isEqualTo(IntStream.range(0, 10).boxed().toList());
				assertThat(received.stream().filter((counter) -> counter >= 100).toList())
					.isEqualTo(IntStream.range(100, 110).boxed().toList());
			}
		}
	}

}
