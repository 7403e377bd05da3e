/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.status.ErrorDetails;
import io.github.grpcpatterns.internal.status.Pushback;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link StreamWriter}.
 */
class StreamWriterTests {

	private GrpcHarness harness;

	@AfterEach
	void stop() {
		if (this.harness != null) {
			this.harness.close();
		}
	}

	// The messages

	@ParameterizedTest
	@EnumSource
	void messagesArriveInOrderAndThenTheCallCompletes(Source.Kind kind) {
		Source source = new Source(1000, 1000, -1);
		serve((responses) -> kind.send(source, responses));
		RawCall call = list();
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).extracting(PingResponse::getCounter)
			.containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@EnumSource
	void whenSourceIsEmptyThenTheCallCompletes(Source.Kind kind) {
		Source source = new Source(0);
		serve((responses) -> kind.send(source, responses));
		assertThat(list().await()).isEqualTo(Status.OK);
		assertClosedOnce(source);
	}

	@Test
	void anyIteratorWillDo() {
		serve((responses) -> StreamWriter.send(List.of(answer(0), answer(1)).iterator(), responses));
		RawCall call = list();
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).hasSize(2);
	}

	@Test
	void aBidirectionalCallIsWrittenWhileItIsRead() {
		Source source = new Source(500);
		this.harness = GrpcHarness.netty().service(new PingService().onPingBidi((responses) -> {
			StreamWriter.send(source, responses);
			return new Received<>();
		})).start();
		RawCall call = RawCall.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
				new Metadata());
		call.send(PingRequest.getDefaultInstance());
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).hasSize(500);
		assertClosedOnce(source);
	}

	@Test
	void aPublisherOfTheJdkIsWritten() {
		SubmissionPublisher<PingResponse> publisher = new SubmissionPublisher<>();
		serve((responses) -> StreamWriter.send(publisher, responses));
		RawCall call = list();
		await().until(() -> publisher.getNumberOfSubscribers() == 1);
		IntStream.range(0, 2000).forEach((i) -> publisher.submit(answer(i)));
		publisher.close();
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).extracting(PingResponse::getCounter)
			.containsExactlyElementsOf(IntStream.range(0, 2000).boxed().toList());
	}

	@Test
	void aPublisherMayAnswerWithinItsOwnRequest() {
		AtomicInteger sent = new AtomicInteger();
		serve((responses) -> StreamWriter
			.send((Flow.Publisher<PingResponse>) (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {
				@Override
				public void request(long n) {
					for (int i = 0; i < n && sent.get() < 5000; i++) {
						subscriber.onNext(answer(sent.getAndIncrement()));
						if (sent.get() == 5000) {
							subscriber.onComplete();
						}
					}
				}

				@Override
				public void cancel() {
				}
			}), responses));
		RawCall call = list();
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).hasSize(5000);
	}

	// The pace

	@ParameterizedTest
	@EnumSource
	void whileTheClientDoesNotReadNothingIsRead(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS, 10_000, -1);
		serve((responses) -> kind.send(source, responses));
		Paced call = new Paced();
		call.ask(1);
		await().until(() -> call.received.get() == 1);
		int before = settled(source);
		// 64 KB in the server's buffers, 1 MB in the client's window, 10 kB each
		assertThat(before).isLessThan(250);
		call.ask(300);
		await().until(() -> call.received.get() == 301);
		assertThat(settled(source)).isGreaterThan(before).isLessThan(before + 350);
		call.cancel();
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@CsvSource({ "FLOW", "REACTIVE" })
	void aPublisherIsAskedForABatchAtMost(Source.Kind kind) {
		AtomicInteger outstanding = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Flow.Publisher<PingResponse> publisher = (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {
			@Override
			public void request(long n) {
				most.accumulateAndGet(outstanding.addAndGet((int) n), Math::max);
			}

			@Override
			public void cancel() {
			}
		});
		serve((responses) -> {
			if (kind == Source.Kind.FLOW) {
				StreamWriter.send(publisher, responses);
			}
			else {
				StreamWriter.sendPublisher(FlowAdapters.toPublisher(publisher), responses);
			}
		});
		RawCall call = list();
		await().until(() -> most.get() > 0);
		assertThat(most).hasValue(PublisherWriter.BATCH);
		call.cancel();
	}

	// The end

	@ParameterizedTest
	@EnumSource
	void whenSourceFailsThenTheCallFailsBehindItsMessages(Source.Kind kind) {
		Source source = new Source(100, 0, 42);
		serve((responses) -> kind.send(source, responses));
		RawCall call = list();
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(call.responses()).hasSize(42);
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@EnumSource
	void whenClientCancelsThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS);
		serve((responses) -> kind.send(source, responses));
		RawCall call = list().awaitFirst();
		call.cancel();
		assertClosedOnce(source);
		assertThat(source.read.get()).isPositive();
	}

	@ParameterizedTest
	@EnumSource
	void whenDeadlinePassesThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS);
		serve((responses) -> kind.send(source, responses));
		await().until(() -> this.harness.channel().getState(true) == ConnectivityState.READY);
		RawCall call = list(CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS));
		assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@EnumSource
	void whenAPolicyEndsTheCallThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS);
		AtomicReference<ServerCallGuard> guard = new AtomicReference<>();
		serve((responses) -> {
			guard.set(ServerCallGuard.current());
			kind.send(source, responses);
		});
		RawCall call = list().awaitFirst();
		guard.get().end(EndReason.TERMINATED);
		assertThat(call.await()).satisfies((status) -> assertThat(status.getDescription())
			.isEqualTo(EndReason.TERMINATED.status().getDescription()));
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@CsvSource({ "ITERATOR, true", "STREAM, true", "FLOW, true", "REACTIVE, true", "ITERATOR, false", "FLOW, false" })
	void whenTheServerDrainsThenSourceIsClosedAndTheClientGoesElsewhere(Source.Kind kind, boolean reads) {
		Source source = new Source(Source.ENDLESS, 1000, -1);
		AtomicReference<ServerCallGuard> guard = new AtomicReference<>();
		serve((responses) -> {
			kind.send(source, responses);
			guard.set(ServerCallGuard.current());
		});
		Paced call = new Paced();
		call.ask(reads ? Integer.MAX_VALUE : 1);
		await().until(() -> guard.get() != null && call.received.get() > 0);
		guard.get().beginDrain();
		assertClosedOnce(source);
		call.ask(Integer.MAX_VALUE / 2);
		await().until(() -> call.closed.getCount() == 0);
		assertThat(call.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(ErrorDetails.of(call.trailers).reason()).isEqualTo("SERVER_DRAINING");
		assertThat(Pushback.ofRetryInfo(call.trailers).millis()).isEqualTo(1000);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheServerDrainsAlreadyThenNothingIsSent(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS);
		serve((responses) -> {
			ServerCallGuard.current().beginDrain();
			kind.send(source, responses);
		});
		RawCall call = list();
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(call.responses()).isEmpty();
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheConnectionIsLostThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(Source.ENDLESS, 10_000, -1);
		serve((responses) -> kind.send(source, responses));
		new Paced().ask(1);
		await().until(() -> source.read.get() > 1);
		this.harness.channel().shutdownNow();
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@CsvSource({ "ITERATOR", "STREAM" })
	void whenSourceCannotBeClosedThenTheCallFails(Source.Kind kind) {
		Source source = new Source(3).failingToClose(new IllegalStateException("secret text"));
		serve((responses) -> kind.send(source, responses));
		RawCall call = list();
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(call.responses()).hasSize(3);
		assertClosedOnce(source);
	}

	/**
	 * As with a callback that throws.
	 */
	@ParameterizedTest
	@CsvSource({ "ITERATOR, 3", "STREAM, 3", "FLOW, 3", "REACTIVE, 3", "ITERATOR, 100", "STREAM, 100", "FLOW, 100",
			"REACTIVE, 100" })
	void whenAnInterceptorOfTheApplicationFailsAtTheCloseThenTheCallFails(Source.Kind kind, int size) {
		Source source = new Source(size, 0, 42);
		serve((responses) -> kind.send(source, responses), new FailingClose());
		RawCall call = list();
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(call.responses()).hasSize(Math.min(size, 42));
		assertThat(call.closes()).isOne();
		assertClosedOnce(source);
	}

	@Test
	void whenAPublisherEndsByItselfThenItIsNotCancelled() {
		Source source = new Source(100);
		Source.Publisher publisher = new Source.Publisher(source);
		serve((responses) -> StreamWriter.send(publisher, responses));
		assertThat(list().await()).isEqualTo(Status.OK);
		assertThat(publisher.cancels).hasValue(0);
	}

	@Test
	void whenAPublisherSubscribesLateThenItIsCancelledAtOnce() throws Exception {
		CompletableFuture<Flow.Subscriber<? super PingResponse>> subscriber = new CompletableFuture<>();
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicReference<ServerCallGuard> guard = new AtomicReference<>();
		serve((responses) -> {
			StreamWriter.send((Flow.Publisher<PingResponse>) subscriber::complete, responses);
			guard.set(ServerCallGuard.current());
		});
		RawCall call = list();
		Flow.Subscriber<? super PingResponse> late = subscriber.get(10, TimeUnit.SECONDS);
		await().until(() -> guard.get() != null);
		guard.get().end(EndReason.TERMINATED);
		call.await();
		AtomicInteger requests = new AtomicInteger();
		// the handler hears of the end a moment after the client
		await().until(() -> {
			late.onSubscribe(new Flow.Subscription() {
				@Override
				public void request(long n) {
					requests.incrementAndGet();
				}

				@Override
				public void cancel() {
					cancelled.countDown();
				}
			});
			return cancelled.getCount() == 0;
		});
	}

	// What is no use

	@ParameterizedTest
	@CsvSource({ "ITERATOR", "STREAM" })
	void whenTheObserverIsAnotherThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(3);
		Throwable thrown = catchThrowable(() -> kind.send(source, new Received<>()));
		assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected: the observer");
		assertClosedOnce(source);
	}

	@ParameterizedTest
	@CsvSource({ "ITERATOR", "STREAM" })
	void whenTheMethodHasReturnedThenSourceIsClosed(Source.Kind kind) {
		Source source = new Source(3);
		AtomicReference<StreamObserver<PingResponse>> observer = new AtomicReference<>();
		this.harness = GrpcHarness.netty().service(new PingService().onPingBidi((responses) -> new Received<>() {

			@Override
			public void onNext(PingRequest request) {
				observer.set(responses);
			}

		})).start();
		RawCall call = RawCall.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
				new Metadata());
		call.send(PingRequest.getDefaultInstance());
		await().until(() -> observer.get() != null);
		assertThat(catchThrowable(() -> kind.send(source, observer.get()))).isInstanceOf(IllegalStateException.class);
		assertClosedOnce(source);
	}

	@Test
	void whenStreamHasBeenUsedThenTheCallFails() {
		Stream<PingResponse> stream = Stream.of(answer(0));
		stream.iterator();
		AtomicInteger closes = new AtomicInteger();
		serve((responses) -> {
			try {
				StreamWriter.send(stream, responses);
			}
			catch (IllegalStateException ex) {
				closes.incrementAndGet();
				throw ex;
			}
		});
		assertThat(list().await().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(closes).hasValue(1);
	}

	// Races

	@ParameterizedTest
	@CsvSource({ "ITERATOR, true, 1000", "STREAM, false, 2000", "FLOW, true, 1000", "FLOW, false, 2000",
			"REACTIVE, false, 500" })
	void howeverACancelComesTheSourceIsClosedOnce(Source.Kind kind, boolean netty, int times) {
		AtomicReference<Source> current = new AtomicReference<>();
		AtomicReference<Source> handled = new AtomicReference<>();
		this.harness = (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service((responses) -> {
			handled.set(current.get());
			kind.send(current.get(), responses);
		})).start();
		for (int i = 0; i < times; i++) {
			Source source = new Source((i % 4 == 0) ? Source.ENDLESS : i % 50);
			current.set(source);
			Paced call = new Paced();
			call.ask(1 + i % 60);
			int wanted = i % 5;
			while (call.received.get() < wanted && call.closed.getCount() > 0) {
				Thread.onSpinWait();
			}
			while (handled.get() != source) {
				Thread.onSpinWait();
			}
			call.cancel();
			assertClosedOnce(source);
		}
	}

	@ParameterizedTest
	@CsvSource({ "ITERATOR", "FLOW" })
	void whoeverEndsTheCallTheSourceIsClosedOnce(Source.Kind kind) {
		AtomicReference<Source> current = new AtomicReference<>();
		AtomicReference<ServerCallGuard> guard = new AtomicReference<>();
		this.harness = GrpcHarness.inProcess().service(service((responses) -> {
			kind.send(current.get(), responses);
			guard.set(ServerCallGuard.current());
		})).start();
		for (int i = 0; i < 2000; i++) {
			Source source = new Source(i % 40);
			current.set(source);
			guard.set(null);
			RawCall call = list();
			while (guard.get() == null) {
				Thread.onSpinWait();
			}
			guard.get().end(EndReason.TERMINATED);
			assertThat(call.await().getCode()).isIn(Status.Code.OK, Status.Code.CANCELLED);
			assertClosedOnce(source);
		}
	}

	private void serve(Consumer<StreamObserver<PingResponse>> handler, ServerInterceptor... interceptors) {
		stop();
		this.harness = GrpcHarness.netty().service(service(handler)).innerInterceptors(interceptors).start();
	}

	private static PingService service(Consumer<StreamObserver<PingResponse>> handler) {
		return new PingService().onPingList((request, responses) -> handler.accept(responses));
	}

	private RawCall list() {
		return list(CallOptions.DEFAULT);
	}

	private RawCall list(CallOptions options) {
		return RawCall.start(this.harness.channel(), PingServiceGrpc.getPingListMethod(), options, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

	private static PingResponse answer(int counter) {
		return PingResponse.newBuilder().setCounter(counter).build();
	}

	/**
	 * Wait until nothing more is read.
	 */
	private static int settled(Source source) {
		AtomicInteger seen = new AtomicInteger(-1);
		await().during(200, TimeUnit.MILLISECONDS).until(() -> seen.getAndSet(source.read.get()) == source.read.get());
		return source.read.get();
	}

	private static void assertClosedOnce(Source source) {
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> source.closes.get() > 0);
		assertThat(source.closes).hasValue(1);
		assertThat(source.misuses).hasValue(0);
	}

	/**
	 * A client that reads as many messages as it is told.
	 */
	private final class Paced extends ClientCall.Listener<PingResponse> {

		final AtomicInteger received = new AtomicInteger();

		final CountDownLatch closed = new CountDownLatch(1);

		private volatile Status status;

		private volatile Metadata trailers;

		private final ClientCall<PingRequest, PingResponse> call = StreamWriterTests.this.harness.channel()
			.newCall(PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT);

		Paced() {
			this.call.start(this, new Metadata());
			this.call.sendMessage(PingRequest.getDefaultInstance());
			this.call.halfClose();
		}

		void ask(int count) {
			this.call.request(count);
		}

		void cancel() {
			this.call.cancel("cancelled by the test", null);
		}

		@Override
		public void onMessage(PingResponse message) {
			this.received.incrementAndGet();
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.status = status;
			this.trailers = trailers;
			this.closed.countDown();
		}

	}

	/**
	 * Throws whatever the handler closes a call with.
	 */
	private static final class FailingClose implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

				@Override
				public void close(Status status, Metadata trailers) {
					throw new IllegalStateException("secret text");
				}

			}, headers);
		}

	}

}
