/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RequestInfo;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CorrelationServerInterceptor} and
 * {@link CorrelationClientInterceptor}.
 */
class CorrelationTests {

	private static final Metadata.Key<String> HEADER = Metadata.Key.of("x-correlation-id",
			Metadata.ASCII_STRING_MARSHALLER);

	private final CorrelationProperties properties = new CorrelationProperties(true, "x-correlation-id");

	private final Observer observer = new Observer();

	private final GrpcHarness harness = GrpcHarness.netty()
		.interceptors(new CorrelationServerInterceptor(this.properties))
		.innerInterceptors(this.observer)
		.start();

	@AfterEach
	void stop() {
		this.harness.close();
	}

	private RawCall ping(Metadata headers, String error) {
		RawCall call = RawCall
			.start(this.harness.channel(), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setError(error).build())
			.halfClose();
		call.await();
		return call;
	}

	private static Metadata headers(String... ids) {
		Metadata headers = new Metadata();
		for (String id : ids) {
			headers.put(HEADER, id);
		}
		return headers;
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "ABC-123_x.y:z", "0123456789" })
	void aValidIdIsAcceptedAndAnswered(String id) {
		assertThat(ping(headers(id), "").headers().get(HEADER)).isEqualTo(id);
		assertThat(this.observer.ids).containsEntry("startCall", id).containsEntry("onHalfClose", id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a\tb", "a,b", "a\"b" })
	void anInvalidIdIsReplaced(String id) {
		assertThat(ping(headers(id), "").headers().get(HEADER)).matches("[0-9a-f]{32}");
	}

	@Test
	void anIdIsAcceptedUpTo128Characters() {
		assertThat(ping(headers("x".repeat(128)), "").headers().get(HEADER)).isEqualTo("x".repeat(128));
		assertThat(ping(headers("x".repeat(129)), "").headers().get(HEADER)).matches("[0-9a-f]{32}");
	}

	@Test
	void twoIdsAreReplacedByAFreshOne() {
		assertThat(ping(headers("a", "b"), "").headers().get(HEADER)).matches("[0-9a-f]{32}");
		assertThat(ping(headers("a", "a"), "").headers().getAll(HEADER)).singleElement().asString().hasSize(32);
	}

	@Test
	void anErrorCarriesTheIdInItsTrailersAndDetails() throws InvalidProtocolBufferException {
		RawCall call = ping(headers("the-id"), "throw:RuntimeException");
		assertThat(call.trailers().get(HEADER)).isEqualTo("the-id");
		com.google.rpc.Status details = call.trailers().get(RichStatus.DETAILS);
		assertThat(details.getDetailsList()).filteredOn((detail) -> detail.is(RequestInfo.class))
			.singleElement()
			.satisfies((detail) -> assertThat(detail.unpack(RequestInfo.class).getRequestId()).isEqualTo("the-id"));
	}

	@Test
	void theIdIsInMdcAndContextOfEveryCallbackAndNowhereAfterwards() {
		ping(headers("one"), "");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.observer.ids).containsKeys("startCall", "onReady", "onMessage",
					"onHalfClose", "onComplete"));
		assertThat(this.observer.ids.values()).containsOnly("one");
		RawCall.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, headers("two"))
			.send(PingRequest.getDefaultInstance())
			.awaitFirst()
			.cancel();
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.observer.ids).containsEntry("onCancel", "two"));
		assertThat(CorrelationId.current()).isNull();
		assertThat(MDC.get("correlationId")).isNull();
	}

	@Test
	void callsMadeWhileHandlingCarryTheId() {
		Observer second = new Observer();
		try (GrpcHarness upstream = GrpcHarness.netty()
			.interceptors(new CorrelationServerInterceptor(this.properties))
			.innerInterceptors(second)
			.clientInterceptors(new CorrelationClientInterceptor(this.properties))
			.start()) {
			this.observer.onHalfClose = () -> upstream.blocking().ping(PingRequest.getDefaultInstance());
			ping(headers("outer"), "");
			assertThat(second.ids).containsEntry("onHalfClose", "outer");
			upstream.blocking().ping(PingRequest.getDefaultInstance());
			assertThat(second.ids.get("onHalfClose")).as("outside of a call").matches("[0-9a-f]{32}");
		}
	}

	/**
	 * Also within a call that has another one.
	 */
	@Test
	void anIdThatTheCallerOfAClientSetStays() {
		Observer second = new Observer();
		CallRecord[] record = new CallRecord[1];
		ClientInterceptor recording = new ClientInterceptor() {

			@Override
			public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
					CallOptions callOptions, Channel next) {
				record[0] = CallRecord.of(callOptions);
				return next.newCall(method, callOptions);
			}

		};
		try (GrpcHarness upstream = GrpcHarness.netty()
			.interceptors(new CorrelationServerInterceptor(this.properties))
			.innerInterceptors(second)
			.clientInterceptors(TestCalls.callClientInterceptor(this.harness.timer()), recording,
					new CorrelationClientInterceptor(this.properties))
			.start()) {
			this.observer.onHalfClose = () -> upstream.blocking()
				.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers("the-callers")))
				.ping(PingRequest.getDefaultInstance());
			ping(headers("outer"), "");
			assertThat(second.ids).containsEntry("onHalfClose", "the-callers");
			assertThat(record[0].correlationId()).isEqualTo("the-callers");
		}
	}

	@Test
	void contextPropagationCarriesTheIdToAnotherThread() throws Exception {
		ContextRegistry.getInstance().registerThreadLocalAccessor(TestCalls.contextAccessor());
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Map<String, String> seen = new ConcurrentHashMap<>();
			this.observer.onHalfClose = () -> {
				Runnable task = ContextSnapshotFactory.builder().build().captureAll().wrap(() -> {
					seen.put("context", String.valueOf(CorrelationId.current()));
					seen.put("mdc", String.valueOf(MDC.get("correlationId")));
				});
				try {
					executor.submit(task).get();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			};
			ping(headers("carried"), "");
			assertThat(seen).isEqualTo(Map.of("context", "carried", "mdc", "carried"));
			assertThat(
					executor
						.submit(() -> List.of(String.valueOf(CorrelationId.current()),
								String.valueOf(MDC.get("correlationId")), Context.current() == Context.ROOT))
						.get())
				.isEqualTo(List.of("null", "null", true));
		}
		finally {
			executor.shutdownNow();
			ContextRegistry.getInstance().removeThreadLocalAccessor("grpc.patterns.context");
		}
	}

	@Test
	void contextPropagationLeavesAnIdOfTheApplicationsOwn() throws Exception {
		ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor(TestCalls.contextAccessor());
		ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().contextRegistry(registry).build();
		List<String> seen = new CopyOnWriteArrayList<>();
		Runnable note = () -> seen.add(String.valueOf(MDC.get("correlationId")));
		AtomicReference<Runnable> inCall = new AtomicReference<>();
		this.observer.onHalfClose = () -> inCall.set(snapshots.captureAll().wrap(note));
		ping(headers("ours"), "");
		Context withoutId = Context.ROOT.withValue(Context.key("other"), "value");
		Runnable inOther = withoutId.wrap(() -> inCall.set(snapshots.captureAll().wrap(note)));
		Runnable ours = inCall.get();
		inOther.run();
		MDC.put("correlationId", "theirs");
		try {
			ours.run();
			note.run();
			inCall.get().run();
			note.run();
			assertThat(seen).containsExactly("ours", "theirs", "theirs", "theirs");
			assertThat(Context.current()).isSameAs(Context.ROOT);
		}
		finally {
			MDC.remove("correlationId");
		}
	}

	/**
	 * Notes the id as the handler sees it, {@code mixed} where context and MDC differ.
	 */
	private static final class Observer implements ServerInterceptor {

		private final Map<String, String> ids = new ConcurrentHashMap<>();

		private volatile Runnable onHalfClose = () -> {
		};

		private void note(String callback) {
			String id = String.valueOf(CorrelationId.current());
			this.ids.put(callback, id.equals(MDC.get("correlationId")) ? id : "mixed");
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			note("startCall");
			return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
					next.startCall(call, headers)) {

				@Override
				public void onMessage(ReqT message) {
					note("onMessage");
					super.onMessage(message);
				}

				@Override
				public void onHalfClose() {
					note("onHalfClose");
					Observer.this.onHalfClose.run();
					super.onHalfClose();
				}

				@Override
				public void onReady() {
					note("onReady");
					super.onReady();
				}

				@Override
				public void onComplete() {
					note("onComplete");
					super.onComplete();
				}

				@Override
				public void onCancel() {
					note("onCancel");
					super.onCancel();
				}

			};
		}

	}

}
