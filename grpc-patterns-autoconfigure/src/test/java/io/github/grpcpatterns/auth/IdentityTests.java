/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for who the caller is, on the threads of a call: in {@code startCall} and in all
 * five callbacks, and gone after each.
 */
class IdentityTests {

	private final ExecutorService thread = Executors.newSingleThreadExecutor();

	private final Probe probe = new Probe();

	private GrpcHarness harness;

	@AfterEach
	void close() {
		if (this.harness != null) {
			this.harness.close();
		}
		this.thread.shutdownNow();
		SecurityContextHolder.clearContext();
	}

	private GrpcHarness start(Auth auth) {
		this.harness = GrpcHarness.inProcess()
			.executor(this.thread)
			.interceptors(auth.interceptor)
			.innerInterceptors(this.probe)
			.clientInterceptors(Tokens.bearer(Tokens.hs256()))
			.start();
		return this.harness;
	}

	private Authentication leftOnTheThread() throws Exception {
		return this.thread.submit(() -> {
			SecurityContext context = SecurityContextHolder.getContext();
			SecurityContextHolder.clearContext();
			assertThat(GrpcAuthentication.current()).isNull();
			return context.getAuthentication();
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void callerIsThereInStartCallAndInFourCallbacks() throws Exception {
		assertThat(start(Auth.secret()).blocking().ping(PingRequest.getDefaultInstance())).isNotNull();
		Awaitility.await().until(() -> this.probe.seen.containsKey("onComplete"));
		assertThat(this.probe.seen).containsOnlyKeys("startCall", "onMessage", "onHalfClose", "onReady", "onComplete")
			.allSatisfy((callback, caller) -> assertThat(caller).isEqualTo("alice alice"));
		assertThat(leftOnTheThread()).isNull();
	}

	@Test
	void callerIsThereInOnCancel() throws Exception {
		start(Auth.secret());
		ClientCallStreamObserver<PingRequest> call = bidi();
		call.onNext(PingRequest.getDefaultInstance());
		Awaitility.await().until(() -> this.probe.seen.containsKey("onMessage"));
		call.cancel("enough", null);
		Awaitility.await().until(() -> this.probe.seen.containsKey("onCancel"));
		assertThat(this.probe.seen).containsKeys("startCall", "onReady", "onMessage", "onCancel")
			.allSatisfy((callback, caller) -> assertThat(caller).isEqualTo("alice alice"));
		assertThat(leftOnTheThread()).isNull();
	}

	private ClientCallStreamObserver<PingRequest> bidi() {
		return (ClientCallStreamObserver<PingRequest>) this.harness.async()
			.pingBidi(new ClientResponseObserver<PingRequest, PingResponse>() {

				@Override
				public void beforeStart(ClientCallStreamObserver<PingRequest> requests) {
				}

				@Override
				public void onNext(PingResponse value) {
				}

				@Override
				public void onError(Throwable ex) {
				}

				@Override
				public void onCompleted() {
				}

			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "startCall", "onMessage", "onHalfClose", "onReady", "onComplete" })
	void nothingIsLeftWhereACallbackThrows(String callback) throws Exception {
		this.probe.throwing = callback;
		start(Auth.secret());
		catchThrowable(() -> this.harness.blocking().ping(PingRequest.getDefaultInstance()));
		Awaitility.await().until(() -> this.probe.seen.containsKey(callback));
		assertThat(leftOnTheThread()).isNull();
	}

	@Test
	void publicMethodHasNoCaller() throws Exception {
		start(Auth.secret("public-methods", "*")).blocking().ping(PingRequest.getDefaultInstance());
		Awaitility.await().until(() -> this.probe.seen.containsKey("onComplete"));
		assertThat(this.probe.seen).allSatisfy((callback, caller) -> assertThat(caller).isEqualTo("null null"));
		assertThat(leftOnTheThread()).isNull();
	}

	@Test
	void whatTheHandlerPutsThereIsGoneToo() throws Exception {
		this.probe.meddling = true;
		start(Auth.secret()).blocking().ping(PingRequest.getDefaultInstance());
		assertThat(leftOnTheThread()).isNull();
	}

	@Test
	void callsDoNotShareTheirSecurityContext() {
		List<SecurityContext> contexts = new CopyOnWriteArrayList<>();
		this.harness = GrpcHarness.inProcess()
			.interceptors(Auth.secret().interceptor)
			.service(new PingService().first(() -> contexts.add(SecurityContextHolder.getContext())))
			.clientInterceptors(Tokens.bearer(Tokens.hs256()))
			.start();
		PingServiceGrpc.PingServiceBlockingStub stub = this.harness.blocking();
		stub.ping(PingRequest.getDefaultInstance());
		stub.ping(PingRequest.getDefaultInstance());
		assertThat(contexts).hasSize(2);
		assertThat(contexts.get(0)).isNotSameAs(contexts.get(1));
	}

	@Test
	void whatWasThereBeforeIsThereAfter() {
		Authentication outer = new TestingAuthenticationToken("outer", null);
		SecurityContext before = SecurityContextHolder.createEmptyContext();
		before.setAuthentication(outer);
		SecurityContextHolder.setContext(before);
		Identity identity = inner();
		Supplier<SecurityContext> previous = identity.enter();
		assertThat(SecurityContextHolder.getContext().getAuthentication().getName()).isEqualTo("inner");
		identity.exit(previous);
		assertThat(SecurityContextHolder.getContext()).isSameAs(before);
	}

	private static Identity inner() {
		return new Identity(AcceptedToken.of(new TestingAuthenticationToken("inner", null)), Tokens.header("t"));
	}

	/**
	 * A call within the process, on the caller's own thread, has as many callbacks as it
	 * has messages.
	 */
	@Test
	void whatWasThereBeforeIsThereAfterAHundredThousandCallbacks() {
		SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("outer", null)));
		Identity identity = inner();
		for (int i = 0; i < 100_000; i++) {
			identity.exit(identity.enter());
		}
		assertThat(SecurityContextHolder.getContext().getAuthentication().getName()).isEqualTo("outer");
	}

	@Test
	void contextForTestsKnowsTheCaller() throws Exception {
		Authentication alice = new TestingAuthenticationToken("alice", null);
		assertThat(GrpcAuthentication.in(Context.ROOT, alice).call(GrpcAuthentication::current)).isSameAs(alice);
	}

	/**
	 * Notes who is there where, as an interceptor of the user's.
	 */
	private static final class Probe implements ServerInterceptor {

		private final Map<String, String> seen = new ConcurrentHashMap<>();

		private volatile String throwing = "";

		private volatile boolean meddling;

		private void at(String callback) {
			Authentication context = GrpcAuthentication.current();
			Authentication holder = SecurityContextHolder.getContext().getAuthentication();
			this.seen.putIfAbsent(callback, ((context != null) ? context.getName() : null) + " "
					+ ((holder != null) ? holder.getName() : null));
			if (this.meddling) {
				SecurityContext mallory = SecurityContextHolder.createEmptyContext();
				mallory.setAuthentication(new TestingAuthenticationToken("mallory", null));
				SecurityContextHolder.setContext(mallory);
			}
			if (this.throwing.equals(callback)) {
				throw new IllegalStateException("thrown in " + callback);
			}
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			at("startCall");
			ServerCall.Listener<ReqT> delegate = next.startCall(call, headers);
			return new ServerCall.Listener<>() {

				@Override
				public void onMessage(ReqT message) {
					at("onMessage");
					delegate.onMessage(message);
				}

				@Override
				public void onHalfClose() {
					at("onHalfClose");
					delegate.onHalfClose();
				}

				@Override
				public void onCancel() {
					at("onCancel");
					delegate.onCancel();
				}

				@Override
				public void onComplete() {
					at("onComplete");
					delegate.onComplete();
				}

				@Override
				public void onReady() {
					at("onReady");
					delegate.onReady();
				}

			};
		}

	}

}
