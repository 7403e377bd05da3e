/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenCheck} and {@link TokenCache}.
 */
class TokenCheckTests {

	private final PolicyClock clock = new PolicyClock();

	private final Instant start = this.clock.instant();

	private final AtomicInteger verified = new AtomicInteger();

	private TokenCheck check(TokenVerifier verifier, long size) {
		TokenVerifier counting = (token) -> {
			this.verified.incrementAndGet();
			return verifier.verify(token);
		};
		TokenCache cache = (size > 0) ? new TokenCache(size, Duration.ofMinutes(5), this.clock, this.clock) : null;
		return new TokenCheck(TokenVerification.of(counting),
				new TokenQuestions(this.clock, Duration.ofSeconds(5), (call) -> {
				}), cache);
	}

	private static TokenResult check(TokenCheck check, String token, Effort effort) {
		return check.check(Tokens.header(token), TestCalls.record(PingServiceGrpc.getPingMethod(), null), effort);
	}

	private static AcceptedToken accept(TokenCheck check, String token) {
		return (AcceptedToken) check(check, token, Effort.WAIT);
	}

	private static TokenResult recall(TokenCheck check, String token) {
		return check(check, token, Effort.LOOK_UP);
	}

	private static Authentication alice() {
		return new TestingAuthenticationToken("alice", null, "ROLE_USER");
	}

	private Authentication aliceFor(Duration time) {
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t", this.start,
				this.start.plus(time));
		return new TestingAuthenticationToken("alice", token, "ROLE_USER");
	}

	@Test
	void acceptedTokenIsVerifiedOnceWithinItsAge() {
		TokenCheck check = check((token) -> alice(), 100);
		AcceptedToken first = accept(check, "one");
		assertThat(first.name()).isEqualTo("alice");
		assertThat(first.authorities()).containsExactly("ROLE_USER");
		this.clock.advance(Duration.ofSeconds(299));
		assertThat(accept(check, "one")).isSameAs(first);
		assertThat(this.verified).hasValue(1);
		this.clock.advance(Duration.ofSeconds(2));
		accept(check, "one");
		assertThat(this.verified).hasValue(2);
	}

	@Test
	void otherTokenIsVerifiedOfItsOwn() {
		TokenCheck check = check((token) -> new TestingAuthenticationToken(token, null, "x"), 100);
		assertThat(accept(check, "one").name()).isEqualTo("one");
		assertThat(accept(check, "two").name()).isEqualTo("two");
		assertThat(accept(check, "one").name()).isEqualTo("one");
		assertThat(this.verified).hasValue(2);
	}

	@Test
	void acceptedTokenIsNotRememberedPastItsExpiry() {
		TokenCheck check = check((token) -> aliceFor(Duration.ofSeconds(60)), 100);
		accept(check, "one");
		this.clock.advance(Duration.ofSeconds(59));
		accept(check, "one");
		assertThat(this.verified).hasValue(1);
		this.clock.advance(Duration.ofSeconds(1));
		accept(check, "one");
		accept(check, "one");
		assertThat(this.verified).as("past its expiry, within the clock skew").hasValue(3);
	}

	@Test
	void headerIsRecalledFromItsThirdCallOnUntilTheAgeOfItsToken() {
		TokenCheck check = check((token) -> alice(), 100);
		accept(check, "one");
		assertThat(recall(check, "one")).isNull();
		AcceptedToken accepted = accept(check, "one");
		assertThat(recall(check, "one")).isSameAs(accepted);
		this.clock.advance(Duration.ofMinutes(5));
		assertThat(recall(check, "one")).isNull();
	}

	@Test
	void headerIsRecalledNoLongerThanUntilTheExpiryOfItsToken() {
		TokenCheck check = check((token) -> aliceFor(Duration.ofSeconds(60)), 100);
		accept(check, "one");
		accept(check, "one");
		this.clock.advance(Duration.ofSeconds(59));
		assertThat(recall(check, "one")).isNotNull();
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(recall(check, "one")).isNull();
	}

	@Test
	void onlyTheVeryHeaderIsRecalled() {
		TokenCheck check = check((token) -> alice(), 1);
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), null);
		accept(check, "one-and-the-same-end-of-it");
		accept(check, "one-and-the-same-end-of-it");
		assertThat(recall(check, "one-and-the-same-end-of-it")).isNotNull();
		assertThat(recall(check, "two-and-the-same-end-of-it")).isNull();
		assertThat(check.check("bearer one-and-the-same-end-of-it".getBytes(), call, Effort.LOOK_UP)).isNull();
		assertThat(check.check(new byte[0], call, Effort.LOOK_UP)).isSameAs(Refusal.MISSING);
	}

	@Test
	void headerIsForgottenWithItsDigest() {
		TokenCheck check = check((token) -> alice(), 8);
		for (int i = 0; i < 200; i++) {
			accept(check, "token" + i);
			accept(check, "token" + i);
		}
		long recalled = IntStream.range(0, 200).filter((i) -> recall(check, "token" + i) != null).count();
		assertThat(recalled).isBetween(1L, 8L);
	}

	@Test
	void aLookUpTellsMalformedHeadersAndAComputationTheDigest() {
		TokenCheck check = check((token) -> alice(), 100);
		assertThat(check(check, "not a token", Effort.LOOK_UP)).isSameAs(Refusal.MISSING);
		assertThat(check(check, "one", Effort.LOOK_UP)).isNull();
		assertThat(check(check, "one", Effort.COMPUTE)).as("takes the bean").isNull();
		AcceptedToken accepted = accept(check, "one");
		assertThat(check(check, "one", Effort.COMPUTE)).isSameAs(accepted);
		assertThat(this.verified).hasValue(1);
		assertThat(check.computes()).isTrue();
		assertThat(check((token) -> alice(), 0).computes()).as("without a cache").isFalse();
	}

	@Test
	void withoutAVerifierNoTokenIsValid() {
		TokenCheck check = new TokenCheck(null, null, null);
		assertThat(check(check, "one", Effort.LOOK_UP)).isSameAs(Refusal.INVALID);
		assertThat(check(check, "not a token", Effort.LOOK_UP)).isSameAs(Refusal.MISSING);
		assertThat(check.possible()).isFalse();
		assertThat(check.computes()).isFalse();
	}

	@Test
	void exceptionsOfAVerifierAreRefusals() {
		assertThat(refusal(new BadCredentialsException("no"))).isSameAs(Refusal.INVALID);
		assertThat(refusal(new CredentialsExpiredException("no"))).isSameAs(Refusal.EXPIRED);
		assertThat(refusal(new AuthenticationServiceException("no"))).isSameAs(Refusal.UNAVAILABLE);
		for (Throwable fault : new Throwable[] { new IllegalStateException(), new StackOverflowError(),
				new IOException() }) {
			assertThat(refusal(fault).fault()).isSameAs(fault);
			assertThat(refusal(fault).outcome()).isEqualTo(Outcome.UNAVAILABLE);
		}
	}

	private Refusal refusal(Throwable thrown) {
		return (Refusal) check(check((token) -> {
			throw TokenCheckTests.<RuntimeException>sneaky(thrown);
		}, 100), "one", Effort.WAIT);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable ex) throws T {
		throw (T) ex;
	}

	@Test
	void refusedTokenIsNotRemembered() {
		AtomicInteger calls = new AtomicInteger();
		TokenCheck check = check((token) -> {
			if (calls.incrementAndGet() == 1) {
				throw new BadCredentialsException("no");
			}
			return alice();
		}, 100);
		assertThat(check(check, "one", Effort.WAIT)).isSameAs(Refusal.INVALID);
		assertThat(accept(check, "one").name()).isEqualTo("alice");
	}

	@Test
	void withoutACacheEachTokenIsVerified() {
		TokenCheck check = check((token) -> alice(), 0);
		accept(check, "one");
		accept(check, "one");
		assertThat(this.verified).hasValue(2);
	}

	@Test
	void cacheKeepsToItsSize() {
		TokenCheck check = check((token) -> alice(), 10);
		for (int i = 0; i < 1000; i++) {
			accept(check, "token" + i);
		}
		this.verified.set(0);
		for (int i = 0; i < 1000; i++) {
			accept(check, "token" + i);
		}
		assertThat(this.verified).hasValueGreaterThan(900);
	}

	@Test
	void whoIsNotAuthenticatedIsRefused() {
		assertThat(check(check((token) -> new TestingAuthenticationToken("alice", null), 0), "one", Effort.WAIT))
			.isSameAs(Refusal.INVALID);
		assertThat(check(check((token) -> null, 0), "one", Effort.WAIT)).isSameAs(Refusal.INVALID);
	}

	@Test
	void timeLeftIsUntilExpiryAndClockSkew() {
		TokenCheck check = check((token) -> aliceFor(Duration.ofSeconds(60)), 0);
		AcceptedToken token = accept(check, "one");
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(token.nanosLeft(this.clock, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(45).toNanos());
		AcceptedToken endless = AcceptedToken.of(alice());
		assertThat(endless.nanosLeft(this.clock, Duration.ofSeconds(5))).isEqualTo(Long.MAX_VALUE);
		AcceptedToken centuries = AcceptedToken.of(aliceFor(Duration.ofDays(365_000)));
		assertThat(centuries.nanosLeft(this.clock, Duration.ofSeconds(5))).isEqualTo(Long.MAX_VALUE);
	}

}
