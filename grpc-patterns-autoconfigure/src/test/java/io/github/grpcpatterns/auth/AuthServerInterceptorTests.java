/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.rpc.ErrorInfo;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Closes;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.authentication.DisabledException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link AuthServerInterceptor}: what a client sees over a real transport.
 */
class AuthServerInterceptorTests {

	private static final String PING = "grpcpatterns.testing.v1.PingService/Ping";

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("hello").build();

	@TempDir
	Path directory;

	private final CallRecorder recorder = new CallRecorder();

	private final PingService service = new PingService();

	private GrpcHarness harness;

	@AfterEach
	void close() {
		if (this.harness != null) {
			this.harness.close();
		}
	}

	private PingServiceGrpc.PingServiceBlockingStub start(Auth auth, ClientInterceptor... client) {
		this.harness = GrpcHarness.netty()
			.service(this.service)
			.interceptors(this.recorder, auth.interceptor)
			.clientInterceptors(client)
			.start();
		return this.harness.blocking();
	}

	private void refused(PingServiceGrpc.PingServiceBlockingStub stub, EndReason reason) {
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class, () -> stub.ping(REQUEST));
		assertThat(ex).as("the call's error").isNotNull();
		isEndedBy(ex, reason);
		CallRecord call = this.recorder.await();
		assertThat(call.endReason()).isEqualTo(reason);
		assertThat(call.status().getCode()).isEqualTo(reason.status().getCode());
		assertThat(this.service.calls).hasValue(0);
	}

	private static void isEndedBy(StatusRuntimeException ex, EndReason reason) {
		assertThat(ex.getStatus().getCode()).isEqualTo(reason.status().getCode());
		assertThat(ex.getStatus().getDescription()).isEqualTo(reason.status().getDescription());
		try {
			assertThat(ex.getTrailers().get(RichStatus.DETAILS).getDetails(0).unpack(ErrorInfo.class).getReason())
				.isEqualTo(reason.name());
		}
		catch (com.google.protobuf.InvalidProtocolBufferException cause) {
			throw new AssertionError(cause);
		}
	}

	@Test
	void callWithAValidTokenIsServed() {
		Auth auth = Auth.secret();
		assertThat(start(auth, Tokens.bearer(Tokens.hs256())).ping(REQUEST).getValue()).isEqualTo("hello");
		CallRecord call = this.recorder.await();
		assertThat(call.principal()).isEqualTo("alice");
		assertThat(call.status().isOk()).isTrue();
		assertThat(auth.outcomes).containsExactly(Outcome.ACCEPTED);
	}

	@Test
	void callWithoutATokenIsRefused() {
		Auth auth = Auth.secret();
		refused(start(auth), EndReason.TOKEN_MISSING);
		assertThat(auth.outcomes).containsExactly(Outcome.MISSING);
	}

	@Test
	void deniedHealthIsClosedToValidTokensToo() {
		Auth auth = Auth.secret("infrastructure.health", "denied");
		HealthGrpc.HealthBlockingStub alice = HealthGrpc
			.newBlockingStub(alice(auth, new HealthStatusManager().getHealthService()));
		HealthCheckRequest request = HealthCheckRequest.getDefaultInstance();
		isEndedBy(catchThrowableOfType(StatusRuntimeException.class, () -> alice.check(request)),
				EndReason.ACCESS_DENIED);
		isEndedBy(catchThrowableOfType(StatusRuntimeException.class, () -> alice.watch(request).hasNext()),
				EndReason.ACCESS_DENIED);
		assertThat(auth.outcomes).containsExactly(Outcome.DENIED, Outcome.DENIED);
	}

	@Test
	void deniedReflectionIsClosedToValidTokensToo() {
		Auth auth = Auth.secret("infrastructure.reflection", "denied");
		Received<ServerReflectionResponse> responses = new Received<>();
		ServerReflectionGrpc.newStub(alice(auth, ProtoReflectionServiceV1.newInstance()))
			.serverReflectionInfo(responses)
			.onCompleted();
		isEndedBy((StatusRuntimeException) responses.error(), EndReason.ACCESS_DENIED);
		assertThat(auth.outcomes).containsExactly(Outcome.DENIED);
	}

	private Channel alice(Auth auth, BindableService service) {
		this.harness = GrpcHarness.netty().service(service).interceptors(this.recorder, auth.interceptor).start();
		return ClientInterceptors.intercept(this.harness.channel(), Tokens.bearer(Tokens.hs256()));
	}

	@Test
	void callsOfEveryKindAreRefusedAlike() {
		Auth auth = Auth.secret();
		start(auth);
		for (int kind = 0; kind < 4; kind++) {
			Received<PingResponse> responses = new Received<>();
			call(kind, responses);
			isEndedBy((StatusRuntimeException) responses.error(), EndReason.TOKEN_MISSING);
		}
		assertThat(this.service.calls).hasValue(0);
		assertThat(auth.outcomes).hasSize(4).containsOnly(Outcome.MISSING);
	}

	private StreamObserver<PingRequest> call(int kind, StreamObserver<PingResponse> responses) {
		PingServiceGrpc.PingServiceStub stub = this.harness.async();
		switch (kind) {
			case 0 -> stub.ping(REQUEST, responses);
			case 1 -> stub.pingList(REQUEST, responses);
			case 2 -> {
				return stub.pingStream(responses);
			}
			default -> {
				return stub.pingBidi(responses);
			}
		}
		return null;
	}

	@ParameterizedTest
	@ValueSource(strings = { "Bearer  ", "Bearer x y", "Basic YTpi", "Bearer", "Bearer x,y" })
	void malformedCredentialIsMissing(String value) {
		Auth auth = Auth.secret();
		refused(start(auth, Tokens.authorization(value)), EndReason.TOKEN_MISSING);
		assertThat(auth.outcomes).containsExactly(Outcome.MISSING);
	}

	@Test
	void twoCredentialsAreRefusedInEveryOrder() {
		String good = "Bearer " + Tokens.hs256();
		refused(start(Auth.secret(), Tokens.authorization(good, good)), EndReason.TOKEN_MISSING);
		this.harness.close();
		refused(start(Auth.secret(), Tokens.authorization(good, "Basic YTpi")), EndReason.TOKEN_MISSING);
		this.harness.close();
		refused(start(Auth.secret(), Tokens.authorization("Basic YTpi", good)), EndReason.TOKEN_MISSING);
	}

	@Test
	void invalidTokenIsRefused() {
		Auth auth = Auth.secret();
		refused(start(auth, Tokens.bearer("abc")), EndReason.TOKEN_INVALID);
		assertThat(auth.outcomes).containsExactly(Outcome.INVALID);
	}

	@Test
	void expiredTokenIsRefused() {
		Auth auth = Auth.secret();
		String token = Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(-120)));
		refused(start(auth, Tokens.bearer(token)), EndReason.TOKEN_EXPIRED);
		assertThat(auth.outcomes).containsExactly(Outcome.EXPIRED);
	}

	@Test
	void missingAuthorityIsDenied() {
		Auth auth = Auth.secret("rules[0].methods", PING, "rules[0].authorities", "SCOPE_ping");
		refused(start(auth, Tokens.bearer(Tokens.hs256())), EndReason.ACCESS_DENIED);
		assertThat(auth.outcomes).containsExactly(Outcome.DENIED);
	}

	@Test
	void authorityOfARuleIsEnough() {
		Auth auth = Auth.secret("rules[0].methods", PING, "rules[0].authorities", "SCOPE_other,SCOPE_ping");
		String token = Tokens.hs256((claims) -> claims.claim("scope", "ping pong"));
		assertThat(start(auth, Tokens.bearer(token)).ping(REQUEST).getValue()).isEqualTo("hello");
		assertThat(auth.outcomes).containsExactly(Outcome.ACCEPTED);
	}

	@Test
	void publicMethodDoesNotLookAtTheCredential() {
		Auth auth = Auth.secret("public-methods", PING);
		assertThat(start(auth, Tokens.authorization("Bearer nonsense", "Basic x")).ping(REQUEST).getValue())
			.isEqualTo("hello");
		assertThat(this.recorder.await().principal()).isNull();
		assertThat(auth.outcomes).containsExactly(Outcome.PUBLIC);
	}

	@Test
	void withoutASourceOfKeysNoTokenIsValid() {
		refused(start(Auth.of(), Tokens.bearer(Tokens.hs256())), EndReason.TOKEN_INVALID);
	}

	@Test
	void tokenVerifierDecides() {
		Auth auth = Auth.of((token) -> {
			switch (token) {
				case "expired" -> throw new CredentialsExpiredException(token);
				case "outage" -> throw new AuthenticationServiceException(token);
				case "disabled" -> throw new DisabledException(token);
				case "bad" -> throw new BadCredentialsException(token);
				case "fault" -> throw new IllegalStateException("fault");
				default -> {
					return new TestingAuthenticationToken(token, null, "a");
				}
			}
		});
		start(auth);
		refusedWith("expired", EndReason.TOKEN_EXPIRED);
		refusedWith("outage", EndReason.KEYS_UNAVAILABLE);
		refusedWith("disabled", EndReason.TOKEN_INVALID);
		refusedWith("bad", EndReason.TOKEN_INVALID);
		assertThat(catchThrowableOfType(StatusRuntimeException.class,
				() -> this.harness.blocking().withInterceptors(Tokens.bearer("fault")).ping(REQUEST))
			.getStatus()
			.getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(this.harness.blocking().withInterceptors(Tokens.bearer("bob")).ping(REQUEST).getValue())
			.isEqualTo("hello");
		assertThat(auth.outcomes).containsExactly(Outcome.EXPIRED, Outcome.UNAVAILABLE, Outcome.INVALID,
				Outcome.INVALID, Outcome.UNAVAILABLE, Outcome.ACCEPTED);
	}

	@Test
	void checkedExceptionOfAVerifierIsCountedToo() {
		Auth auth = Auth.of((token) -> {
			throw AuthServerInterceptorTests.<RuntimeException>sneaky(new java.io.IOException("down"));
		});
		start(auth, Tokens.bearer("any"));
		assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> this.harness.blocking().ping(REQUEST))
			.getStatus()
			.getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(auth.outcomes).containsExactly(Outcome.UNAVAILABLE);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

	@Test
	void verifierThatHangsEndsItsCallAtTheLimitWhateverItsThreadDoes() {
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger asked = new AtomicInteger();
		Auth auth = Auth.of((token) -> {
			asked.incrementAndGet();
			while (release.getCount() > 0) {
				try {
					release.await();
				}
				catch (InterruptedException ex) {
					continue; // will not be disturbed
				}
			}
			return new TestingAuthenticationToken(token, null, "a");
		}, "verifier-timeout", "200ms");
		Closes outside = new Closes();
		this.harness = GrpcHarness.netty()
			.service(this.service)
			.interceptors(this.recorder, outside, auth.interceptor)
			.clientInterceptors(Tokens.bearer("bob"))
			.start();
		refused(this.harness.blocking().withDeadlineAfter(10, TimeUnit.SECONDS), EndReason.KEYS_UNAVAILABLE);
		assertThat(outside.statuses).as("seen by who stands outside").containsExactly(Status.Code.UNAVAILABLE);
		assertThat(auth.outcomes).containsExactly(Outcome.UNAVAILABLE);
		refused(this.harness.blocking().withDeadlineAfter(10, TimeUnit.SECONDS), EndReason.KEYS_UNAVAILABLE);
		assertThat(asked).as("no second question").hasValue(1);
		release.countDown();
		Awaitility.await().until(() -> auth.questions.open() == 0);
		assertThat(this.harness.blocking().ping(REQUEST).getValue()).isEqualTo("hello");
		assertThat(asked).as("what was answered late is remembered").hasValue(1);
		assertThat(auth.outcomes).containsExactly(Outcome.UNAVAILABLE, Outcome.UNAVAILABLE, Outcome.ACCEPTED);
		assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.COMPLETED);
		assertThat(this.recorder.count()).isZero();
	}

	@Test
	void verifierThatHeedsTheInterruptEndsItsCallOnce() {
		Auth auth = Auth.of((token) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			throw new AssertionError();
		}, "verifier-timeout", "20ms");
		Closes outside = new Closes();
		this.harness = GrpcHarness.netty()
			.service(this.service)
			.interceptors(this.recorder, outside, auth.interceptor)
			.start();
		for (int i = 0; i < 50; i++) {
			refusedWith("bob" + i, EndReason.KEYS_UNAVAILABLE);
		}
		assertThat(auth.outcomes).hasSize(50).containsOnly(Outcome.UNAVAILABLE);
		assertThat(outside.statuses).hasSize(50).containsOnly(Status.Code.UNAVAILABLE);
	}

	@Test
	void verifierIsAskedOnceForCallsThatCarryTheSameToken() {
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger asked = new AtomicInteger();
		Auth auth = Auth.of((token) -> {
			asked.incrementAndGet();
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return new TestingAuthenticationToken(token, null, "a");
		});
		start(auth, Tokens.bearer("bob"));
		List<Received<PingResponse>> calls = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			Received<PingResponse> responses = new Received<>();
			this.harness.async().ping(REQUEST, responses);
			calls.add(responses);
		}
		Awaitility.await().until(() -> auth.questions.waiting() == 19);
		release.countDown();
		for (Received<PingResponse> call : calls) {
			assertThat(call.error()).isNull();
		}
		assertThat(asked).hasValue(1);
		assertThat(auth.outcomes).hasSize(20).containsOnly(Outcome.ACCEPTED);
	}

	private void refusedWith(String token, EndReason reason) {
		refused(this.harness.blocking().withInterceptors(Tokens.bearer(token)), reason);
	}

	@Test
	void acceptedTokenIsThereForOutboundCalls() {
		BlockingQueue<String> relayed = new LinkedBlockingQueue<>();
		this.harness = GrpcHarness.inProcess()
			.interceptors(Auth.secret().interceptor)
			.service(new PingService().first(() -> relayed.add(String.valueOf(RelayedToken.current()))))
			.start();
		String token = Tokens.hs256();
		this.harness.blocking().withInterceptors(Tokens.bearer(token)).ping(REQUEST);
		assertThat(relayed).containsExactly(token);
	}

	@Test
	void publicKeyOfAFileVerifiesTokens() throws Exception {
		Path file = Tokens.write(this.directory.resolve("key.pem"), Tokens.pem(Tokens.EC.toPublicKey()));
		Auth auth = Auth.of("jwt.public-key-location", file.toUri().toString());
		assertThat(start(auth, Tokens.bearer(Tokens.es(Tokens.EC, JWSAlgorithm.ES256))).ping(REQUEST).getValue())
			.isEqualTo("hello");
	}

	@Test
	void keySetThatRotatesIsFollowed() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			start(Auth.of("jwt.jwk-set-uri", server.keysUrl()));
			assertThat(server.fetches).as("before the first use").hasValue(0);
			served(Tokens.rs256(Tokens.RSA));
			assertThat(server.fetches).hasValue(1);
			server.serve(Tokens.EC.toPublicJWK());
			served(Tokens.es(Tokens.EC, JWSAlgorithm.ES256));
			assertThat(server.fetches).hasValue(2);
		}
	}

	private static RSAKey unknown(String id) {
		return new RSAKey.Builder(Tokens.RSA).keyID(id).build();
	}

	private void served(String token) {
		assertThat(this.harness.blocking().withInterceptors(Tokens.bearer(token)).ping(REQUEST).getValue())
			.isEqualTo("hello");
	}

	@Test
	void unknownKeyIsInvalidWhereTheKeyServerAnswers() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			start(Auth.of("jwt.jwk-set-uri", server.keysUrl()));
			refusedWith(Tokens.rs256(unknown("unknown")), EndReason.TOKEN_INVALID);
			for (int i = 0; i < 10; i++) {
				refusedWith(Tokens.rs256(unknown("unknown" + i)), EndReason.TOKEN_INVALID);
			}
			assertThat(server.fetches).hasValueLessThanOrEqualTo(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>", "{\"keys\":[]}" })
	void nonsenseFromTheKeyServerLeavesKeysUnavailable(String body) {
		try (KeyServer server = new KeyServer().answer(200, body)) {
			Auth auth = Auth.of("jwt.jwk-set-uri", server.keysUrl());
			start(auth);
			refusedWith(Tokens.rs256(Tokens.RSA), EndReason.KEYS_UNAVAILABLE);
			assertThat(auth.outcomes).containsExactly(Outcome.UNAVAILABLE);
		}
	}

	@Test
	void deadKeyServerLeavesKeysUnavailableUntilItIsBack() {
		KeyServer server = new KeyServer();
		int port = server.port();
		server.close();
		start(Auth.of("jwt.issuer-uri", "http://localhost:" + port));
		String token = Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256,
				(claims) -> claims.issuer("http://localhost:" + port));
		refusedWith(token, EndReason.KEYS_UNAVAILABLE);
		try (KeyServer back = new KeyServer(port).serve(Tokens.RSA.toPublicJWK())) {
			back.at("/.well-known/openid-configuration",
					"{\"issuer\":\"" + back.url() + "\",\"jwks_uri\":\"" + back.keysUrl() + "\"}");
			Awaitility.await().atMost(Duration.ofSeconds(15)).ignoreExceptions().untilAsserted(() -> served(token));
		}
	}

	@Test
	void knownKeyDoesNotWaitForASlowKeyServer() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			start(Auth.of("jwt.jwk-set-uri", server.keysUrl()));
			served(Tokens.rs256(Tokens.RSA));
			server.handle((exchange) -> {
				try {
					release.await(20, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				exchange.close();
			});
			Received<PingResponse> waiting = new Received<>();
			this.harness.async()
				.withInterceptors(Tokens.bearer(Tokens.rs256(unknown("unknown"))))
				.ping(REQUEST, waiting);
			Awaitility.await().until(() -> server.fetches.get() == 2);
			served(Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256, (claims) -> claims.subject("bob")));
			assertThat(waiting.ended()).as("still waiting").isFalse();
			isEndedBy((StatusRuntimeException) waiting.error(), EndReason.KEYS_UNAVAILABLE);
			release.countDown();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void streamEndsWithItsTokenAndTheClockSkew(int kind) {
		PolicyClock clock = new PolicyClock();
		OpenService open = new OpenService();
		Auth auth = Auth.secret(clock, "jwt.clock-skew", "20");
		this.harness = GrpcHarness.netty()
			.timer(clock)
			.interceptors(this.recorder, auth.interceptor)
			.service(open)
			.clientInterceptors(Tokens.bearer(Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(100)))))
			.start();
		Received<PingResponse> responses = new Received<>();
		call(kind, responses);
		OpenService.Handler handler = open.await();
		Awaitility.await().until(() -> !clock.scheduled().isEmpty());
		clock.advance(Duration.ofSeconds(115));
		assertThat(responses.ended()).isFalse();
		clock.advance(Duration.ofSeconds(6));
		isEndedBy((StatusRuntimeException) responses.error(), EndReason.TOKEN_EXPIRED);
		assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.TOKEN_EXPIRED);
		Awaitility.await().until(() -> handler.cancels.get() == 1);
		assertThat(auth.outcomes).as("counted once").containsExactly(Outcome.ACCEPTED);
	}

	@Test
	void streamEndsWithTheOAuth2TokenOfAVerifier() {
		PolicyClock clock = new PolicyClock();
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "opaque", null,
				Tokens.in(30).toInstant());
		TestingAuthenticationToken alice = new TestingAuthenticationToken("alice", null, "a");
		alice.setDetails(token);
		this.harness = GrpcHarness.netty()
			.timer(clock)
			.interceptors(Auth.of((text) -> alice, "jwt.clock-skew", "0").interceptor)
			.service(new OpenService())
			.clientInterceptors(Tokens.bearer("opaque"))
			.start();
		Received<PingResponse> responses = new Received<>();
		call(3, responses);
		Awaitility.await().until(() -> !clock.scheduled().isEmpty());
		clock.advance(Duration.ofSeconds(31));
		isEndedBy((StatusRuntimeException) responses.error(), EndReason.TOKEN_EXPIRED);
	}

	@Test
	void streamGoesOnWhereItsTokenMayExpire() {
		PolicyClock clock = new PolicyClock();
		this.harness = GrpcHarness.netty()
			.timer(clock)
			.interceptors(Auth.secret(clock, "end-streams-on-expiry", "false").interceptor)
			.clientInterceptors(Tokens.bearer(Tokens.hs256()))
			.start();
		Received<PingResponse> responses = new Received<>();
		StreamObserver<PingRequest> requests = call(3, responses);
		requests.onNext(REQUEST);
		assertThat(responses.next().getValue()).isEqualTo("hello");
		assertThat(clock.scheduled()).isEmpty();
		requests.onCompleted();
		assertThat(responses.error()).isNull();
	}

	@Test
	void unaryCallIsNotEndedByItsToken() {
		PolicyClock clock = new PolicyClock();
		this.harness = GrpcHarness.netty()
			.timer(clock)
			.interceptors(Auth.secret().interceptor)
			.service(new PingService().first(() -> assertThat(clock.scheduled()).isEmpty()))
			.clientInterceptors(Tokens.bearer(Tokens.hs256()))
			.start();
		assertThat(this.harness.blocking().ping(REQUEST).getValue()).isEqualTo("hello");
	}

	@Test
	void timerOfAStreamGoesWithIt() {
		PolicyClock clock = new PolicyClock();
		this.harness = GrpcHarness.netty()
			.timer(clock)
			.interceptors(this.recorder, Auth.secret().interceptor)
			.clientInterceptors(Tokens.bearer(Tokens.hs256()))
			.start();
		Iterator<PingResponse> responses = this.harness.blocking().pingList(REQUEST);
		assertThat(responses.hasNext()).isFalse();
		this.recorder.await();
		Awaitility.await().until(() -> clock.scheduled().isEmpty());
	}

}
