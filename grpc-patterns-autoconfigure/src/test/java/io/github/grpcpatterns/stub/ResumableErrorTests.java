/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.BrokenCall;
import io.github.grpcpatterns.testing.BrokenCall.Operation;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for a {@link ResumableStream} whose interceptors, cursor or observer fail, and
 * whose application closes: it ends, once.
 */
@Timeout(60)
class ResumableErrorTests {

	private static final long HOUR_MILLIS = 3_600_000;

	private final SharedCallTimer timer = new SharedCallTimer();

	private final Breaking service = new Breaking();

	private GrpcHarness harness;

	@AfterEach
	void close() {
		this.harness.close();
		this.timer.close();
	}

	private ResumableStream<PingRequest, PingResponse> stream(long waitMillis, @Nullable BrokenCall broken) {
		return stream(waitMillis, broken, (last) -> PingRequest.getDefaultInstance());
	}

	private ResumableStream<PingRequest, PingResponse> stream(long waitMillis, @Nullable BrokenCall broken,
			Function<@Nullable PingResponse, PingRequest> cursor) {
		List<ClientInterceptor> interceptors = new ArrayList<>();
		interceptors.add(new Settings(new RetryWaits(4, waitMillis, 1, waitMillis, 0), this.timer));
		if (broken != null) {
			interceptors.add(broken);
		}
		this.harness = GrpcHarness.inProcess()
			.service(this.service)
			.clientInterceptors(interceptors.toArray(ClientInterceptor[]::new))
			.start();
		return ResumableStream.of(this.harness.channel(), PingServiceGrpc.getPingListMethod(), cursor);
	}

	static Stream<Arguments> failures() {
		return Stream.of(new NoClassDefFoundError("gone"), new IOException("as of Kotlin"))
			.flatMap((failure) -> Stream
				.of(Operation.NEW_CALL, Operation.START, Operation.REQUEST, Operation.SEND, Operation.HALF_CLOSE)
				.map((operation) -> Arguments.of(operation, failure)));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenALaterCallCannotBeMadeThenTheStreamEndsOnceWithTheException(Operation operation, Throwable failure) {
		Reader reader = new Reader();
		stream(1, new BrokenCall(operation, 2, failure)).start(reader);
		assertThat(reader.error().getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(reader.error()).hasRootCause(failure);
		this.harness.close();
		assertThat(reader.ends).hasValue(1);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenTheFirstCallCannotBeMadeThenStartThrowsAndNothingFollows(Operation operation, Throwable failure) {
		Reader reader = new Reader();
		BrokenCall broken = new BrokenCall(operation, 1, failure);
		ResumableStream<PingRequest, PingResponse> stream = stream(1, broken);
		assertThatThrownBy(() -> stream.start(reader)).isSameAs(failure);
		this.harness.close();
		assertThat(reader.ends).hasValue(0);
		assertThat(broken.calls()).isEqualTo(1);
	}

	@Test
	void whenTheCursorFailsThenTheStreamEndsOnceWithTheError() {
		NoClassDefFoundError failure = new NoClassDefFoundError("gone");
		AtomicInteger asked = new AtomicInteger();
		Reader reader = new Reader();
		stream(1, null, (last) -> {
			if (asked.incrementAndGet() > 1) {
				throw failure;
			}
			return PingRequest.getDefaultInstance();
		}).start(reader);
		assertThat(reader.error()).hasRootCause(failure);
		this.harness.close();
		assertThat(reader.ends).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheObserverThrowsAnErrorThenTheStreamEndsOnce(Callback callback) {
		Reader reader = new Reader();
		reader.failing = callback;
		if (callback == Callback.ERROR) {
			this.service.code = Status.Code.NOT_FOUND;
		}
		stream(1, null).start(reader);
		reader.awaitEnd();
		this.harness.close();
		assertThat(reader.ends).hasValue(1);
	}

	@Test
	void whenACallCannotBeCancelledThenTheStreamStillEnds() {
		this.service.stalls = true;
		Reader reader = new Reader();
		ResumableStream.Running running = stream(1,
				new BrokenCall(Operation.CANCEL, 1, new NoClassDefFoundError("gone")))
			.start(reader);
		await().until(() -> reader.messages.get() == 1);
		running.cancel();
		assertThat(reader.error().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
		this.harness.close();
		assertThat(reader.ends).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheApplicationClosesThenTheStreamEndsAtOnceAsItsLastCallDid(boolean before) {
		Reader reader = new Reader();
		ResumableStream<PingRequest, PingResponse> stream = stream(HOUR_MILLIS, null);
		if (before) {
			this.timer.close();
		}
		stream.start(reader);
		await().until(() -> this.service.calls.get() == 1);
		this.timer.close();
		assertThat(reader.error().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(reader.error().getStatus().getDescription()).isEqualTo("on purpose");
		assertThat(this.service.calls).hasValue(1);
	}

	@Test
	void whateverTheExecutorTheCursorRunsInTheContextOfTheCallerAndNotOnTheTimersThread() {
		Context.Key<String> key = Context.key("caller");
		Set<String> seen = ConcurrentHashMap.newKeySet();
		this.service.breaks = 3;
		Reader reader = new Reader();
		ResumableStream<PingRequest, PingResponse> stream = stream(1, null, (last) -> {
			seen.add(key.get());
			assertThat(Thread.currentThread().getName()).doesNotStartWith("grpc-patterns-timer");
			return PingRequest.getDefaultInstance();
		});
		Context.current().withValue(key, "alice").run(() -> {
			ResumableStream.Running running = stream.withCallOptions(CallOptions.DEFAULT.withExecutor(Runnable::run))
				.start(reader);
			Context.ROOT.run(() -> { // which may get hold of what is to be done
				while (reader.end.getCount() > 0) {
					running.request(1);
				}
			});
		});
		reader.awaitEnd();
		assertThat(reader.error).isNull();
		assertThat(seen).containsExactly("alice");
	}

	@Test
	void wheneverTheApplicationClosesEachStreamEndsOnce() {
		this.service.breaks = Integer.MAX_VALUE;
		List<Reader> readers = new CopyOnWriteArrayList<>();
		ResumableStream<PingRequest, PingResponse> stream = stream(1, null);
		for (int i = 0; i < 300; i++) {
			Reader reader = new Reader();
			readers.add(reader);
			stream.start(reader);
			if (i == 200) {
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
				this.timer.close();
			}
		}
		readers
			.forEach((reader) -> assertThat(reader.error().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		this.harness.close();
		assertThat(readers).allSatisfy((reader) -> assertThat(reader.ends).hasValue(1));
	}

	/**
	 * What an observer may fail at.
	 */
	private enum Callback {

		NEXT, ERROR, COMPLETED

	}

	/**
	 * Sends a message and breaks, some times, and then completes.
	 */
	private static final class Breaking extends PingServiceGrpc.PingServiceImplBase {

		private final AtomicInteger calls = new AtomicInteger();

		private volatile int breaks = 1;

		private volatile boolean stalls;

		private volatile Status.Code code = Status.Code.UNAVAILABLE;

		@Override
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
			int call = this.calls.incrementAndGet();
			if (this.breaks < Integer.MAX_VALUE) { // else no progress is made
				responses.onNext(PingResponse.getDefaultInstance());
			}
			if (this.stalls) {
				return;
			}
			if (call <= this.breaks) {
				responses.onError(this.code.toStatus().withDescription("on purpose").asRuntimeException());
			}
			else {
				responses.onCompleted();
			}
		}

	}

	/**
	 * Counts the ends, and fails where it is told to.
	 */
	private static final class Reader implements StreamObserver<PingResponse> {

		private final AtomicInteger messages = new AtomicInteger();

		private final AtomicInteger ends = new AtomicInteger();

		private final CountDownLatch end = new CountDownLatch(1);

		private volatile @Nullable Throwable error;

		private volatile @Nullable Callback failing;

		private void at(Callback callback) {
			if (callback == this.failing) {
				throw new NoClassDefFoundError("gone");
			}
		}

		@Override
		public void onNext(PingResponse message) {
			this.messages.incrementAndGet();
			at(Callback.NEXT);
		}

		@Override
		public void onError(Throwable ex) {
			this.error = ex;
			this.ends.incrementAndGet();
			this.end.countDown();
			at(Callback.ERROR);
		}

		@Override
		public void onCompleted() {
			this.ends.incrementAndGet();
			this.end.countDown();
			at(Callback.COMPLETED);
		}

		void awaitEnd() {
			try {
				assertThat(this.end.await(30, TimeUnit.SECONDS)).as("the stream did not end").isTrue();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}

		StatusRuntimeException error() {
			awaitEnd();
			return (StatusRuntimeException) this.error;
		}

	}

	/**
	 * Stands where the retries of a client do.
	 */
	private record Settings(RetryWaits waits, CallTimer timer) implements ClientInterceptor {

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions options, Channel next) {
			options.getOption(OwnRetries.KEY).settings(this.waits, this.timer);
			return next.newCall(method, options);
		}

	}

}
