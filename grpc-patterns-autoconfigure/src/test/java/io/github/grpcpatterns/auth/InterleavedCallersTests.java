/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.correlation.CorrelationId;
import io.github.grpcpatterns.correlation.TestCorrelation;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many callers at once on a few threads: nobody is ever taken for another, in any
 * callback of any kind of call, and nothing of them stays behind.
 */
class InterleavedCallersTests {

	private static final int CALLS = 20_000;

	private static final int CALLERS = 97;

	private static final int THREADS = 3;

	private static final int AT_ONCE = 200;

	/** Who a call says that it is, which must be who it is taken for. */
	private static final Metadata.Key<String> CALLER = Metadata.Key.of("x-caller", Metadata.ASCII_STRING_MARSHALLER);

	private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();

	private final Set<Callback> seen = ConcurrentHashMap.newKeySet();

	private final AtomicInteger wrongEnds = new AtomicInteger();

	private final Semaphore places = new Semaphore(AT_ONCE);

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@Timeout(120)
	void nobodyIsTakenForAnother(boolean netty) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		Auth auth = Auth.secret();
		List<String> tokens = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			tokens.add(Tokens.hs256("caller-" + i));
		}
		try (GrpcHarness harness = (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).executor(threads)
			.interceptors(TestCorrelation.serverInterceptor(), auth.interceptor)
			.innerInterceptors(new Check())
			.channel((channel) -> channel.executor(Runnable::run))
			.start()) {
			for (int i = 0; i < CALLS; i++) {
				this.places.acquire();
				int caller = i % CALLERS;
				call(harness.async().withInterceptors(as("caller-" + caller, tokens.get(caller), "id-" + i)), i);
			}
			this.places.acquire(AT_ONCE);
			assertThat(this.mistakes).isEmpty();
			assertThat(this.wrongEnds).hasValue(0);
			assertThat(this.seen).isEqualTo(EnumSet.allOf(Callback.class));
			if (netty) { // some were cancelled before they left
				assertThat(auth.outcomes).hasSizeBetween(CALLS * 9 / 10, CALLS);
			}
			else {
				assertThat(auth.outcomes).hasSize(CALLS);
			}
			assertThat(leftOn(threads)).containsOnly("nobody");
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static ClientInterceptor as(String caller, String token, String correlationId) {
		Metadata headers = new Metadata();
		headers.put(TestCorrelation.HEADER, correlationId);
		headers.put(BearerToken.AUTHORIZATION, "Bearer " + token);
		headers.put(CALLER, caller);
		return io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers);
	}

	/**
	 * Make one call, of a kind that goes by its number; every fifteenth is cancelled, one
	 * in both directions when its handler has answered, and every eleventh fails.
	 */
	private void call(PingServiceGrpc.PingServiceStub stub, int number) {
		PingRequest request = PingRequest.newBuilder()
			.setCount(3)
			.setError((number % 11 == 0) ? "throw:IllegalStateException" : "")
			.build();
		boolean cancel = number % 15 == 0;
		End end = new End(cancel || number % 11 == 0);
		switch (number % 4) {
			case 0 -> stub.ping(request, end);
			case 1 -> stub.pingList(request, end);
			case 2 -> send(stub.pingStream(end), request, cancel);
			default -> {
				StreamObserver<PingRequest> requests = stub.pingBidi(end);
				end.cancelled = cancel ? requests : null;
				send(requests, request, false);
			}
		}
	}

	private static void send(StreamObserver<PingRequest> requests, PingRequest request, boolean cancel) {
		requests.onNext(request);
		requests.onNext(request);
		if (cancel) {
			requests.onError(Status.CANCELLED.asRuntimeException());
		}
		else {
			requests.onCompleted();
		}
	}

	/**
	 * Ask every thread of the pool whom it still knows.
	 */
	private static List<String> leftOn(ExecutorService threads) throws Exception {
		CyclicBarrier all = new CyclicBarrier(THREADS);
		List<Callable<String>> questions = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			questions.add(() -> {
				all.await(10, TimeUnit.SECONDS);
				String left = identity();
				SecurityContextHolder.clearContext();
				return (left != null) ? left : "nobody";
			});
		}
		List<String> left = new ArrayList<>();
		for (Future<String> answer : threads.invokeAll(questions)) {
			left.add(answer.get());
		}
		return left;
	}

	/**
	 * Who is on this thread, all that is to agree put together. What else is to follow a
	 * call belongs here.
	 */
	private static String identity() {
		Authentication context = GrpcAuthentication.current();
		Authentication holder = SecurityContextHolder.getContext().getAuthentication();
		CallRecord record = CallRecord.current();
		String correlationId = CorrelationId.current();
		String mdc = MDC.get("correlationId");
		if (context == null && holder == null && record == null && correlationId == null && mdc == null) {
			return null;
		}
		return name(context) + " " + name(holder) + " " + ((record != null) ? record.principal() : null) + " "
				+ correlationId + " " + mdc;
	}

	private static String name(Authentication authentication) {
		return (authentication != null) ? authentication.getName() : null;
	}

	private enum Callback {

		START, READY, MESSAGE, HALF_CLOSE, CANCEL, COMPLETE

	}

	/**
	 * Compares who is there with who ought to be.
	 */
	private final class Check implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			String caller = headers.get(CALLER);
			String id = headers.get(TestCorrelation.HEADER);
			String expected = caller + " " + caller + " " + caller + " " + id + " " + id;
			check(Callback.START, expected);
			ServerCall.Listener<ReqT> delegate = next.startCall(call, headers);
			return new ServerCall.Listener<>() {

				@Override
				public void onReady() {
					check(Callback.READY, expected);
					delegate.onReady();
				}

				@Override
				public void onMessage(ReqT message) {
					check(Callback.MESSAGE, expected);
					delegate.onMessage(message);
				}

				@Override
				public void onHalfClose() {
					check(Callback.HALF_CLOSE, expected);
					delegate.onHalfClose();
				}

				@Override
				public void onCancel() {
					check(Callback.CANCEL, expected);
					delegate.onCancel();
				}

				@Override
				public void onComplete() {
					check(Callback.COMPLETE, expected);
					delegate.onComplete();
				}

			};
		}

		private void check(Callback callback, String expected) {
			InterleavedCallersTests.this.seen.add(callback);
			String identity = identity();
			if (!expected.equals(identity) && InterleavedCallersTests.this.mistakes.size() < 10) {
				InterleavedCallersTests.this.mistakes.add(callback + ": " + identity + " instead of " + expected);
			}
		}

	}

	/**
	 * Gives a place back when its call ends.
	 */
	private final class End implements StreamObserver<PingResponse> {

		private final boolean mayFail;

		/** Cancelled at the first response. */
		private volatile StreamObserver<?> cancelled;

		End(boolean mayFail) {
			this.mayFail = mayFail;
		}

		@Override
		public void onNext(PingResponse response) {
			StreamObserver<?> cancelled = this.cancelled;
			if (cancelled != null) {
				cancelled.onError(Status.CANCELLED.asRuntimeException());
			}
		}

		@Override
		public void onError(Throwable ex) {
			if (!this.mayFail) {
				InterleavedCallersTests.this.wrongEnds.incrementAndGet();
			}
			InterleavedCallersTests.this.places.release();
		}

		@Override
		public void onCompleted() {
			InterleavedCallersTests.this.places.release();
		}

	}

}
