/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.EarlyDecisions;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Early;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.ClientInterceptor;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.TestingAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link AuthServerAdmission}: what is decided before a call waits is what the
 * chain does, once.
 */
class AuthServerAdmissionTests {

	private static final String PING = "grpcpatterns.testing.v1.PingService/Ping";

	private final CallRecorder recorder = new CallRecorder();

	private final AtomicInteger handled = new AtomicInteger();

	private String seen;

	private GrpcHarness harness;

	private Early early;

	private Auth auth;

	@AfterEach
	void close() {
		if (this.harness != null) {
			this.harness.close();
		}
	}

	private void start(Auth auth) {
		this.auth = auth;
		this.early = new Early(auth.admission);
		this.harness = GrpcHarness.netty()
			.interceptors(this.recorder, this.early, auth.interceptor)
			.service(new PingService().first(() -> {
				this.handled.incrementAndGet();
				this.seen = (GrpcAuthentication.current() != null) ? GrpcAuthentication.current().getName() : null;
			}))
			.start();
	}

	private CallRecord call(ClientInterceptor... credentials) {
		PingServiceGrpc.PingServiceBlockingStub stub = this.harness.blocking().withInterceptors(credentials);
		Throwable ex = catchThrowable(() -> stub.ping(PingRequest.getDefaultInstance()));
		CallRecord call = this.recorder.await();
		assertThat((ex instanceof StatusRuntimeException refused) ? refused.getStatus().getCode() : null)
			.isEqualTo((call.endReason() != EndReason.COMPLETED) ? call.status().getCode() : null);
		return call;
	}

	private void refused(EndReason reason, Outcome outcome, ClientInterceptor... credentials) {
		int before = this.handled.get();
		this.auth.outcomes.clear();
		this.early.outcomes.clear();
		CallRecord call = call(credentials);
		assertThat(call.endReason()).isEqualTo(reason);
		assertThat(call.isIdentified()).isTrue();
		assertThat(this.handled).hasValue(before);
		assertThat(this.auth.outcomes).containsExactly(outcome);
		assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.REFUSED);
	}

	@Test
	void refusalsAreDecidedEarlyAndToldOnce() {
		start(Auth.secret("rules[0].methods", PING, "rules[0].authorities", "SCOPE_ping"));
		refused(EndReason.TOKEN_MISSING, Outcome.MISSING);
		refused(EndReason.TOKEN_MISSING, Outcome.MISSING, Tokens.authorization("Basic YTpi"));
		refused(EndReason.TOKEN_INVALID, Outcome.INVALID, Tokens.bearer("abc"));
		refused(EndReason.TOKEN_EXPIRED, Outcome.EXPIRED,
				Tokens.bearer(Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(-120)))));
		refused(EndReason.ACCESS_DENIED, Outcome.DENIED, Tokens.bearer(Tokens.hs256()));
		assertThat(this.recorder.count()).isZero();
	}

	@Test
	void acceptedCallerIsKnownToTheHandler() {
		start(Auth.secret());
		for (int i = 0; i < 3; i++) { // computed, by digest, by header
			CallRecord call = call(Tokens.bearer(Tokens.hs256("alice")));
			assertThat(call.endReason()).isEqualTo(EndReason.COMPLETED);
			assertThat(call.principal()).isEqualTo("alice");
			assertThat(call.isIdentified()).isTrue();
			assertThat(this.seen).isEqualTo("alice");
		}
		assertThat(this.early.outcomes).hasSize(3).containsOnly(EarlyDecisions.Outcome.ADMITTED);
		assertThat(this.auth.outcomes).hasSize(3).containsOnly(Outcome.ACCEPTED);
	}

	@Test
	void publicMethodIsKnownToHaveNoCaller() {
		start(Auth.secret("public-methods", PING));
		CallRecord call = call(Tokens.bearer("nonsense"));
		assertThat(call.endReason()).isEqualTo(EndReason.COMPLETED);
		assertThat(call.principal()).isNull();
		assertThat(call.isIdentified()).isTrue();
		assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.ADMITTED);
		assertThat(this.auth.outcomes).containsExactly(Outcome.PUBLIC);
	}

	@Test
	void verifierOfTheApplicationIsCalledOnTheThreadOfTheCallOnly() {
		List<String> callers = new java.util.concurrent.CopyOnWriteArrayList<>();
		start(Auth.of((token) -> {
			callers.add(token);
			assertThat(CallRecord.current()).isNotNull();
			assertThat(this.early.outcomes).as("after the early decision").hasSize(callers.size());
			return new TestingAuthenticationToken(token, null, "a");
		}));
		call(Tokens.bearer("bob"));
		assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.UNDECIDED);
		call(Tokens.bearer("bob"));
		assertThat(this.early.outcomes).last().as("remembered").isEqualTo(EarlyDecisions.Outcome.ADMITTED);
		assertThat(callers).containsExactly("bob");
		assertThat(this.auth.outcomes).containsExactly(Outcome.ACCEPTED, Outcome.ACCEPTED);
	}

	@Test
	void keysThatAreNotFetchedYetAreLeftToTheThreadOfTheCall() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			start(Auth.of("jwt.jwk-set-uri", server.keysUrl()));
			String token = Tokens.rs256(Tokens.RSA);
			assertThat(call(Tokens.bearer(token)).principal()).isEqualTo("alice");
			assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.UNDECIDED);
			refused(EndReason.TOKEN_INVALID, Outcome.INVALID, Tokens.bearer(token + "x"));
			assertThat(server.fetches).hasValue(1);
		}
	}

}
