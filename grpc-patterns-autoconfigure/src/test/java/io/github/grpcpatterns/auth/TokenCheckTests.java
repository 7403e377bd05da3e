package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.grpcpatterns.testing.ManualTimer;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TokenCheck} and {@link TokenCache}.
 */
class TokenCheckTests {

	private final Instant start = Instant.parse("2026-01-01T00:00:00Z");

	private final ManualTimer timer = new ManualTimer();

	private final long origin = this.timer.nanoTime();

	private final Clock clock = new Clock() {

		@Override
		public Instant instant() {
			return TokenCheckTests.this.start
				.plusNanos(TokenCheckTests.this.timer.nanoTime() - TokenCheckTests.this.origin);
		}

		@Override
		public ZoneId getZone() {
			return ZoneId.of("Z");
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	};

	private final AtomicInteger verified = new AtomicInteger();

	private TokenCheck check(TokenVerifier verifier, long size) {
		TokenVerifier counting = (token) -> {
			this.verified.incrementAndGet();
			return verifier.verify(token);
		};
		TokenCache cache = (size > 0) ? new TokenCache(size, Duration.ofMinutes(5), this.timer::nanoTime, this.clock)
				: null;
		return new TokenCheck(counting, cache, this.clock);
	}

	private static AcceptedToken accept(TokenCheck check, String token) {
		String header = "Bearer " + token;
		AcceptedToken recalled = check.recall(header);
		return (recalled != null) ? recalled : check.accept(token, header);
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
		this.timer.advance(Duration.ofSeconds(299));
		assertThat(accept(check, "one")).isSameAs(first);
		assertThat(this.verified).hasValue(1);
		this.timer.advance(Duration.ofSeconds(2));
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
		this.timer.advance(Duration.ofSeconds(59));
		accept(check, "one");
		assertThat(this.verified).hasValue(1);
		this.timer.advance(Duration.ofSeconds(1));
		accept(check, "one");
		accept(check, "one");
		assertThat(this.verified).as("past its expiry, within the clock skew").hasValue(3);
	}

	@Test
	void headerIsRecalledFromItsThirdCallOnUntilTheAgeOfItsToken() {
		TokenCheck check = check((token) -> alice(), 100);
		check.accept("one", "Bearer one");
		assertThat(check.recall("Bearer one")).isNull();
		AcceptedToken accepted = check.accept("one", "Bearer one");
		assertThat(check.recall("Bearer one")).isSameAs(accepted);
		this.timer.advance(Duration.ofMinutes(5));
		assertThat(check.recall("Bearer one")).isNull();
	}

	@Test
	void headerIsRecalledNoLongerThanUntilTheExpiryOfItsToken() {
		TokenCheck check = check((token) -> aliceFor(Duration.ofSeconds(60)), 100);
		check.accept("one", "Bearer one");
		check.accept("one", "Bearer one");
		this.timer.advance(Duration.ofSeconds(59));
		assertThat(check.recall("Bearer one")).isNotNull();
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(check.recall("Bearer one")).isNull();
	}

	@Test
	void onlyTheVeryHeaderIsRecalled() {
		TokenCheck check = check((token) -> alice(), 1);
		check.accept("one-and-the-same-end-of-it", "Bearer one-and-the-same-end-of-it");
		check.accept("one-and-the-same-end-of-it", "Bearer one-and-the-same-end-of-it");
		assertThat(check.recall("Bearer one-and-the-same-end-of-it")).isNotNull();
		assertThat(check.recall("Bearer two-and-the-same-end-of-it")).isNull();
		assertThat(check.recall("bearer one-and-the-same-end-of-it")).isNull();
		assertThat(check.recall("")).isNull();
	}

	@Test
	void headerIsForgottenWithItsDigest() {
		TokenCheck check = check((token) -> alice(), 8);
		for (int i = 0; i < 200; i++) {
			check.accept("token" + i, "Bearer token" + i);
			check.accept("token" + i, "Bearer token" + i);
		}
		long recalled = IntStream.range(0, 200).filter((i) -> check.recall("Bearer token" + i) != null).count();
		assertThat(recalled).isBetween(1L, 8L);
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
		assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> accept(check, "one"));
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
		assertThatExceptionOfType(BadCredentialsException.class)
			.isThrownBy(() -> accept(check((token) -> new TestingAuthenticationToken("alice", null), 0), "one"));
		assertThatExceptionOfType(BadCredentialsException.class)
			.isThrownBy(() -> accept(check((token) -> null, 0), "one"));
	}

	@Test
	void timeLeftIsUntilExpiryAndClockSkew() {
		TokenCheck check = check((token) -> aliceFor(Duration.ofSeconds(60)), 0);
		AcceptedToken token = accept(check, "one");
		this.timer.advance(Duration.ofSeconds(20));
		assertThat(check.nanosLeft(token, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(45).toNanos());
		AcceptedToken endless = AcceptedToken.of(alice());
		assertThat(check.nanosLeft(endless, Duration.ofSeconds(5))).isEqualTo(Long.MAX_VALUE);
		AcceptedToken centuries = AcceptedToken.of(aliceFor(Duration.ofDays(365_000)));
		assertThat(check.nanosLeft(centuries, Duration.ofSeconds(5))).isEqualTo(Long.MAX_VALUE);
	}

}
