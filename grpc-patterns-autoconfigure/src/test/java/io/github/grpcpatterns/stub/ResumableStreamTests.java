/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.FaultyProxy;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ResumableStream}.
 */
class ResumableStreamTests {

	private static final RetryWaits QUICK = new RetryWaits(4, 2, 2, 10, 0);

	private final List<AutoCloseable> open = new ArrayList<>();

	private final Feed feed = new Feed();

	private final Reader reader = new Reader();

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
	}

	// When

	@ParameterizedTest
	@EnumSource
	void whenTheStreamBreaksThenItGoesOnBehindTheLastMessage(Break way) {
		this.feed.script(way.after(10), way.after(7), way.after(0), way.after(13));
		resumable(QUICK).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
		assertThat(this.feed.cursors).containsExactly(0, 10, 17, 17, 30);
	}

	@Test
	void whenNothingBreaksThenThereIsOneCall() {
		resumable(QUICK).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
		assertThat(this.feed.cursors).containsExactly(0);
	}

	@ParameterizedTest
	@EnumSource(names = { "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
			"RESOURCE_EXHAUSTED", "INTERNAL", "UNAUTHENTICATED", "PERMISSION_DENIED", "DATA_LOSS" })
	void whenTheStatusIsAnotherThenTheStreamEnds(Status.Code code) {
		this.feed.script(new Step(5, (responses) -> responses.onError(code.toStatus().asRuntimeException())));
		resumable(QUICK).start(this.reader);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(code);
		assertThat(this.reader.numbers()).hasSize(5);
		assertThat(this.feed.cursors).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "STREAM_IDLE", "TOKEN_INVALID", "TOKEN_MISSING", "TERMINATED", "SLOW_CONSUMER", "DEADLINE" })
	void whenTheReasonIsAnotherThenTheStreamEnds(EndReason reason) {
		this.feed.script(new Step(5, (responses) -> ServerCallGuard.current().end(reason)));
		resumable(QUICK).start(this.reader);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(reason.status().getCode());
		assertThat(this.feed.cursors).hasSize(1);
	}

	@Test
	void whenTheServerDiesThenTheStreamGoesOnWithAnother() throws Exception {
		Feed dying = new Feed();
		dying.script(new Step(20, (responses) -> {
		}));
		GrpcHarness first = start(GrpcHarness.netty().service(dying));
		GrpcHarness second = start(GrpcHarness.netty().service(this.feed));
		FaultyProxy machine = new FaultyProxy(first.port());
		this.open.add(machine);
		ManagedChannel channel = both(machine.port(), second.port());
		resumable(ClientInterceptors.intercept(channel, new Settings(QUICK, CallTimer.standalone())))
			.start(this.reader);
		await().until(() -> this.reader.numbers().size() == 20);
		machine.close();
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
		assertThat(dying.cursors).containsExactly(0);
		assertThat(this.feed.cursors).containsExactly(20);
	}

	@Test
	void whenTheServerDrainsThenAWrittenStreamGoesOnWithAnother() {
		Written draining = new Written();
		Written other = new Written();
		GrpcHarness first = start(GrpcHarness.netty().service(draining));
		GrpcHarness second = start(GrpcHarness.netty().service(other));
		this.reader.onMessage = (message) -> {
			if (message.getCounter() == 1000) {
				first.server().shutdown();
				draining.guard.beginDrain();
			}
		};
		resumable(ClientInterceptors.intercept(both(first.port(), second.port()),
				new Settings(QUICK, CallTimer.standalone())))
			.start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(Written.SIZE));
		assertThat(other.cursors).hasSize(1);
	}

	@Test
	void whenTheTokenExpiresThenEveryCallHasAFreshOne() {
		Metadata.Key<String> token = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
		AtomicInteger tokens = new AtomicInteger();
		List<String> sent = new CopyOnWriteArrayList<>();
		this.feed.script(Break.TOKEN_EXPIRED.after(3), Break.TOKEN_EXPIRED.after(3));
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		Channel channel = ClientInterceptors.intercept(harness.channel(), new Settings(QUICK, CallTimer.standalone()),
				new ClientInterceptor() {
					@Override
					public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
							CallOptions options, Channel next) {
						return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
							@Override
							public void start(Listener<RespT> listener, Metadata headers) {
								headers.put(token, "Bearer " + tokens.incrementAndGet());
								sent.add(headers.get(token));
								super.start(listener, headers);
							}
						};
					}
				});
		resumable(channel).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(sent).containsExactly("Bearer 1", "Bearer 2", "Bearer 3");
	}

	// How often

	@ParameterizedTest
	@CsvSource({ "1, 1", "2, 2", "4, 4" })
	void whenNothingComesThenAttemptsAreBounded(int maxAttempts, int calls) {
		this.feed.always(Break.UNAVAILABLE.after(0));
		resumable(new RetryWaits(maxAttempts, 1, 1, 1, 0)).start(this.reader);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.feed.cursors).hasSize(calls);
	}

	@Test
	void whenAMessageArrivesThenAttemptsBeginAnew() {
		this.feed.always(Break.UNAVAILABLE.after(1));
		resumable(new RetryWaits(2, 1, 1, 1, 0)).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
		assertThat(this.feed.cursors).hasSize(101);
	}

	@Test
	void whenMaxAttemptsIsOneThenNothingIsReopened() {
		this.feed.script(Break.UNAVAILABLE.after(5));
		resumable(new RetryWaits(1, 1, 1, 1, 0)).start(this.reader);
		this.reader.awaitError();
		assertThat(this.feed.cursors).hasSize(1);
	}

	@Test
	void whenAQuietStreamReachesItsGreatestAgeThenItIsNoFailedAttempt() {
		Step[] steps = IntStream.range(0, 20).mapToObj((i) -> Break.STREAM_MAX_DURATION.after(0)).toArray(Step[]::new);
		this.feed.script(steps);
		resumable(QUICK).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.feed.cursors).hasSize(21);
	}

	@Test
	void waitsGrowAndBeginAnewAfterAMessage() {
		PolicyClock timer = new PolicyClock();
		this.feed.script(Break.UNAVAILABLE.after(0), Break.UNAVAILABLE.after(0), Break.UNAVAILABLE.after(1),
				Break.UNAVAILABLE.after(0));
		resumable(new RetryWaits(9, 100, 3, 1000, 0), timer).start(this.reader);
		for (int millis : new int[] { 100, 300, 100, 300 }) {
			await().until(() -> timer.scheduled().equals(List.of(Duration.ofMillis(millis))));
			timer.advance(Duration.ofMillis(millis));
		}
		this.reader.awaitCompleted();
	}

	@Test
	void theServersDelayReplacesTheWait() {
		PolicyClock timer = new PolicyClock();
		RetryInfo delay = RetryInfo.newBuilder()
			.setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
			.build();
		this.feed.script(new Step(2, (responses) -> ServerCallGuard.current().end(EndReason.SERVER_DRAINING, delay)));
		resumable(QUICK, timer).start(this.reader);
		await().until(() -> timer.scheduled().equals(List.of(Duration.ofSeconds(1))));
		timer.advance(Duration.ofSeconds(1));
		this.reader.awaitCompleted();
	}

	@ParameterizedTest
	@CsvSource({ "UNAVAILABLE, 1", "SERVER_DRAINING, 2" })
	void aNegativePushbackEndsTheStreamUnlessTheServerDrains(String reason, int calls) {
		this.feed.script(new Step(2, (responses) -> {
			if (reason.equals("UNAVAILABLE")) {
				Metadata trailers = new Metadata();
				trailers.put(RichStatus.PUSHBACK, "-1");
				responses.onError(Status.UNAVAILABLE.asRuntimeException(trailers));
				return;
			}
			CallEnding ending = new RichStatus("test").ending(EndReason.SERVER_DRAINING, null);
			ending.trailers().put(RichStatus.PUSHBACK, "-1");
			ServerCallGuard.current().end(ending);
		}));
		resumable(QUICK).start(this.reader);
		this.reader.awaitEnd();
		assertThat(this.feed.cursors).hasSize(calls);
		assertThat(this.reader.completed.get()).isEqualTo(calls == 2);
	}

	@Test
	void whenTheDeadlineLeavesNoRoomThenTheStreamEndsAtOnce() {
		this.feed.script(Break.UNAVAILABLE.after(2));
		resumable(new RetryWaits(4, 60_000, 1, 60_000, 0))
			.withCallOptions(CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS))
			.start(this.reader);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.feed.cursors).hasSize(1);
	}

	// What the caller may do

	@Test
	void whenCancelledDuringACallThenThereIsOneEnd() {
		this.feed.always(new Step(5, (responses) -> {
		}));
		ResumableStream.Running running = resumable(QUICK).start(this.reader);
		await().until(() -> this.reader.numbers().size() == 5);
		running.cancel();
		running.cancel();
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.feed.cursors).hasSize(1);
	}

	@Test
	void whenCancelledDuringAWaitThenTheStreamEndsAtOnce() {
		PolicyClock timer = new PolicyClock();
		this.feed.always(Break.UNAVAILABLE.after(5));
		ResumableStream.Running running = resumable(QUICK, timer).start(this.reader);
		await().until(() -> timer.scheduled().size() == 1);
		running.cancel();
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(timer.scheduled()).isEmpty();
		assertThat(this.feed.cursors).hasSize(1);
	}

	@Test
	void whenTheSurroundingContextIsCancelledDuringAWaitThenTheStreamEndsAtOnce() {
		PolicyClock timer = new PolicyClock();
		this.feed.always(Break.UNAVAILABLE.after(5));
		Context.CancellableContext context = Context.current().withCancellation();
		context.run(() -> resumable(QUICK, timer).start(this.reader));
		await().until(() -> timer.scheduled().size() == 1);
		context.cancel(null);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(timer.scheduled()).isEmpty();
	}

	@Test
	void cancellingFromWithinTheObserverEndsTheStream() {
		AtomicReference<ResumableStream.Running> running = new AtomicReference<>();
		CountDownLatch started = new CountDownLatch(1);
		this.reader.onMessage = (message) -> {
			if (message.getCounter() == 3) {
				awaitUninterruptibly(started);
				running.get().cancel();
			}
		};
		running.set(resumable(QUICK).start(this.reader));
		started.countDown();
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.reader.numbers()).containsExactly(0, 1, 2, 3);
	}

	@Test
	void withoutARequestNothingArrivesAndRequestsSpanCalls() {
		this.feed.script(Break.UNAVAILABLE.after(10), Break.UNAVAILABLE.after(10));
		ResumableStream.Running running = resumable(QUICK).startWithoutRequest(this.reader);
		running.request(3);
		await().until(() -> this.reader.numbers().size() == 3);
		running.request(12);
		await().until(() -> this.reader.numbers().size() == 15);
		await().during(100, TimeUnit.MILLISECONDS).until(() -> this.reader.numbers().size() == 15);
		running.request(Integer.MAX_VALUE);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
	}

	@Test
	void whenTheObserverThrowsThenTheStreamEnds() {
		this.reader.onMessage = (message) -> {
			throw new IllegalStateException("a bug of the caller's");
		};
		resumable(QUICK).start(this.reader);
		assertThat(this.reader.awaitError().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.feed.cursors).hasSize(1);
	}

	@Test
	void whenTheFirstRequestCannotBeMadeThenStartThrows() {
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		assertThatIllegalStateException()
			.isThrownBy(() -> ResumableStream.of(harness.channel(), PingServiceGrpc.getPingListMethod(), (last) -> {
				throw new IllegalStateException("no cursor");
			}).start(this.reader))
			.withMessage("no cursor");
		assertThat(this.reader.ends).hasValue(0);
	}

	@Test
	void whenALaterRequestCannotBeMadeThenTheStreamEnds() {
		this.feed.script(Break.UNAVAILABLE.after(5));
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		Channel channel = ClientInterceptors.intercept(harness.channel(), new Settings(QUICK, CallTimer.standalone()));
		ResumableStream.of(channel, PingServiceGrpc.getPingListMethod(), (last) -> {
			if (last != null) {
				throw new IllegalStateException("no cursor");
			}
			return request(null);
		}).start(this.reader);
		StatusRuntimeException error = this.reader.awaitError();
		assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(error).hasRootCauseMessage("no cursor");
	}

	@Test
	void whenTheMethodStreamsInBothDirectionsThenTheClientsSideStaysOpen() {
		this.feed.script(Break.UNAVAILABLE.after(10), Break.SERVER_DRAINING.after(20));
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		ResumableStream
			.of(ClientInterceptors.intercept(harness.channel(), new Settings(QUICK, CallTimer.standalone())),
					PingServiceGrpc.getPingBidiMethod(), ResumableStreamTests::request)
			.start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
		assertThat(this.feed.cursors).containsExactly(0, 10, 30);
		assertThat(this.feed.halfCloses).hasValue(0);
	}

	@Test
	void onlyAStreamFromTheServerCanBeResumed() {
		GrpcHarness harness = start(GrpcHarness.inProcess());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ResumableStream.of(harness.channel(), PingServiceGrpc.getPingStreamMethod(),
					ResumableStreamTests::request))
			.withMessageContaining("expected: one that streams from the server");
	}

	@Test
	void aStubBringsChannelAndOptions() throws Exception {
		ExecutorService executor = Executors.newSingleThreadExecutor((task) -> new Thread(task, "the-stubs-own"));
		this.open.add(executor::shutdownNow);
		this.feed.script(Break.UNAVAILABLE.after(5));
		GrpcHarness harness = start(
				GrpcHarness.netty().service(this.feed).clientInterceptors(new Settings(QUICK, CallTimer.standalone())));
		Context.Key<String> key = Context.key("test");
		AtomicReference<String> seen = new AtomicReference<>();
		Context.current()
			.withValue(key, "of the caller")
			.run(() -> ResumableStream
				.of(harness.async().withExecutor(executor), PingServiceGrpc.getPingListMethod(), (last) -> {
					if (last != null) {
						seen.set(Thread.currentThread().getName() + ", " + key.get());
					}
					return request(last);
				})
				.start(this.reader));
		this.reader.awaitCompleted();
		assertThat(seen).hasValue("the-stubs-own, of the caller");
		assertThat(this.reader.threads).containsOnly("the-stubs-own");
	}

	@Test
	void aChannelWithoutThePatternsWillDo() {
		this.feed.script(Break.UNAVAILABLE.after(5));
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		resumable(harness.channel()).start(this.reader);
		this.reader.awaitCompleted();
		assertThat(this.reader.numbers()).containsExactlyElementsOf(numbers(100));
	}

	// Races

	@ParameterizedTest
	@CsvSource({ "true, 1500", "false, 3000" })
	void wheneverItIsCancelledThereIsOneEndAndNothingBehindIt(boolean netty, int times) {
		this.feed.always(Break.UNAVAILABLE.after(3));
		GrpcHarness harness = start((netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(this.feed));
		Channel channel = ClientInterceptors.intercept(harness.channel(),
				new Settings(new RetryWaits(4, 0.4, 1, 1, 1), CallTimer.standalone()));
		for (int i = 0; i < times; i++) {
			Reader reader = new Reader();
			ResumableStream.Running running = resumable(channel).start(reader);
			long until = System.nanoTime() + ThreadLocalRandom.current().nextLong(3_000_000);
			while (System.nanoTime() < until) {
				Thread.onSpinWait();
			}
			running.cancel();
			reader.awaitEnd();
			assertThat(reader.ends).hasValue(1);
			assertThat(reader.misuses).hasValue(0);
			assertThat(reader.numbers()).containsExactlyElementsOf(numbers(reader.numbers().size()));
		}
	}

	private ResumableStream<PingRequest, PingResponse> resumable(RetryWaits waits) {
		return resumable(waits, CallTimer.standalone());
	}

	private ResumableStream<PingRequest, PingResponse> resumable(RetryWaits waits, CallTimer timer) {
		GrpcHarness harness = start(GrpcHarness.netty().service(this.feed));
		return resumable(ClientInterceptors.intercept(harness.channel(), new Settings(waits, timer)));
	}

	private static ResumableStream<PingRequest, PingResponse> resumable(Channel channel) {
		return ResumableStream.of(channel, PingServiceGrpc.getPingListMethod(), ResumableStreamTests::request);
	}

	private static PingRequest request(@Nullable PingResponse last) {
		return PingRequest.newBuilder().setCount((last != null) ? last.getCounter() + 1 : 0).build();
	}

	private GrpcHarness start(GrpcHarness.Builder builder) {
		GrpcHarness harness = builder.start();
		this.open.add(harness);
		return harness;
	}

	/**
	 * A channel that knows both servers and takes the first that is there.
	 */
	private ManagedChannel both(int first, int second) {
		NameResolverProvider provider = new TwoServers(first, second);
		NameResolverRegistry.getDefaultRegistry().register(provider);
		this.open.add(() -> NameResolverRegistry.getDefaultRegistry().deregister(provider));
		ManagedChannel channel = NettyChannelBuilder.forTarget("two-servers:///").usePlaintext().disableRetry().build();
		this.open.add(channel::shutdownNow);
		return channel;
	}

	private static List<Integer> numbers(int count) {
		return IntStream.range(0, count).boxed().toList();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * How a stream may break.
	 */
	enum Break {

		UNAVAILABLE((responses) -> responses.onError(Status.UNAVAILABLE.asRuntimeException())),

		KEYS_UNAVAILABLE((responses) -> ServerCallGuard.current().end(EndReason.KEYS_UNAVAILABLE)),

		SERVER_DRAINING((responses) -> ServerCallGuard.current().end(EndReason.SERVER_DRAINING)),

		TOKEN_EXPIRED((responses) -> ServerCallGuard.current().end(EndReason.TOKEN_EXPIRED)),

		STREAM_MAX_DURATION(
				(responses) -> ServerCallGuard.current().endAfter(1_000_000, EndReason.STREAM_MAX_DURATION));

		private final Consumer<StreamObserver<PingResponse>> end;

		Break(Consumer<StreamObserver<PingResponse>> end) {
			this.end = end;
		}

		Step after(int messages) {
			return new Step(messages, this.end);
		}

	}

	/**
	 * What one call does.
	 */
	private record Step(int messages, Consumer<StreamObserver<PingResponse>> end) {
	}

	/**
	 * A hundred messages, from the number that the request asks for.
	 */
	private static final class Feed extends PingServiceGrpc.PingServiceImplBase {

		final List<Integer> cursors = new CopyOnWriteArrayList<>();

		final AtomicInteger halfCloses = new AtomicInteger();

		private final List<Step> script = new CopyOnWriteArrayList<>();

		private volatile Step always;

		private final AtomicInteger calls = new AtomicInteger();

		void script(Step... steps) {
			this.script.addAll(List.of(steps));
		}

		void always(Step step) {
			this.always = step;
		}

		@Override
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
			this.cursors.add(request.getCount());
			int call = this.calls.getAndIncrement();
			Step step = (call < this.script.size()) ? this.script.get(call) : this.always;
			int end = (step != null) ? Math.min(100, request.getCount() + step.messages) : 100;
			for (int i = request.getCount(); i < end; i++) {
				responses.onNext(PingResponse.newBuilder().setCounter(i).build());
			}
			if (step == null || request.getCount() == 100) {
				responses.onCompleted();
			}
			else {
				step.end.accept(responses);
			}
		}

		@Override
		public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
			return new Received<>() {

				@Override
				public void onNext(PingRequest request) {
					pingList(request, responses);
				}

				@Override
				public void onCompleted() {
					Feed.this.halfCloses.incrementAndGet();
				}

			};
		}

	}

	/**
	 * A long stream, as an application would write it, and more than buffers hold.
	 */
	private static final class Written extends PingServiceGrpc.PingServiceImplBase {

		static final int SIZE = 20_000;

		private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[1000]);

		final List<Integer> cursors = new CopyOnWriteArrayList<>();

		private volatile ServerCallGuard guard;

		@Override
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
			this.cursors.add(request.getCount());
			this.guard = ServerCallGuard.current();
			StreamWriter.send(
					IntStream.range(request.getCount(), SIZE)
						.mapToObj((number) -> PingResponse.newBuilder().setCounter(number).setPayload(PAYLOAD).build()),
					responses);
		}

	}

	/**
	 * Keeps what it is told, and notices when two threads tell it at once, or when
	 * something follows the end.
	 */
	private static final class Reader implements StreamObserver<PingResponse> {

		final AtomicInteger ends = new AtomicInteger();

		final AtomicInteger misuses = new AtomicInteger();

		final AtomicBoolean completed = new AtomicBoolean();

		final Set<String> threads = ConcurrentHashMap.newKeySet();

		private final Queue<PingResponse> messages = new ConcurrentLinkedQueue<>();

		private final AtomicReference<Throwable> error = new AtomicReference<>();

		private final CountDownLatch end = new CountDownLatch(1);

		private final AtomicBoolean busy = new AtomicBoolean();

		private Consumer<PingResponse> onMessage = (message) -> {
		};

		private void told(Runnable what) {
			if (!this.busy.compareAndSet(false, true) || this.end.getCount() == 0) {
				this.misuses.incrementAndGet();
			}
			this.threads.add(Thread.currentThread().getName());
			try {
				what.run();
			}
			finally {
				this.busy.set(false);
			}
		}

		@Override
		public void onNext(PingResponse message) {
			told(() -> {
				this.messages.add(message);
				this.onMessage.accept(message);
			});
		}

		@Override
		public void onError(Throwable ex) {
			told(() -> this.error.set(ex));
			this.ends.incrementAndGet();
			this.end.countDown();
		}

		@Override
		public void onCompleted() {
			told(() -> this.completed.set(true));
			this.ends.incrementAndGet();
			this.end.countDown();
		}

		List<Integer> numbers() {
			return this.messages.stream().map(PingResponse::getCounter).toList();
		}

		void awaitEnd() {
			awaitUninterruptibly(this.end);
			assertThat(this.end.getCount()).as("the stream did not end").isZero();
		}

		void awaitCompleted() {
			awaitEnd();
			assertThat(this.error.get()).isNull();
			assertThat(this.completed).isTrue();
			assertThat(this.misuses).hasValue(0);
		}

		StatusRuntimeException awaitError() {
			awaitEnd();
			assertThat(this.misuses).hasValue(0);
			assertThat(this.error.get()).isInstanceOf(StatusRuntimeException.class);
			return (StatusRuntimeException) this.error.get();
		}

	}

	/**
	 * Stands where the retries of a client do.
	 */
	private record Settings(RetryWaits waits, CallTimer timer) implements ClientInterceptor {

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions options, Channel next) {
			OwnRetries ownRetries = options.getOption(OwnRetries.KEY);
			assertThat(ownRetries).isNotNull();
			ownRetries.settings(this.waits, this.timer);
			return next.newCall(method, options);
		}

	}

	private static final class TwoServers extends NameResolverProvider {

		private final List<EquivalentAddressGroup> servers;

		TwoServers(int... ports) {
			Function<Integer, EquivalentAddressGroup> group = (port) -> new EquivalentAddressGroup(
					new InetSocketAddress("127.0.0.1", port));
			this.servers = IntStream.of(ports).boxed().map(group).toList();
		}

		@Override
		public NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return new NameResolver() {
				@Override
				public String getServiceAuthority() {
					return "localhost";
				}

				@Override
				public void start(Listener2 listener) {
					listener.onResult(ResolutionResult.newBuilder()
						.setAddressesOrError(StatusOr.fromValue(TwoServers.this.servers))
						.build());
				}

				@Override
				public void shutdown() {
				}
			};
		}

		@Override
		public String getDefaultScheme() {
			return "two-servers";
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 5;
		}

	}

}
