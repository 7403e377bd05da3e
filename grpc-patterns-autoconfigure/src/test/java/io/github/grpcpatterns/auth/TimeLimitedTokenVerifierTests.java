package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.ManualTimer;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.TestingAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TimeLimitedTokenVerifier}.
 */
class TimeLimitedTokenVerifierTests {

	@Test
	void verifierThatHangsIsInterrupted() {
		CallTimer timer = TestCalls.sharedTimer();
		TokenVerifier verifier = new TimeLimitedTokenVerifier((token) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("interrupted");
			}
			throw new AssertionError();
		}, timer, Duration.ofMillis(50));
		assertThatExceptionOfType(AuthenticationServiceException.class).isThrownBy(() -> verifier.verify("token"));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void limitIsForgottenOnceVerified() {
		ManualTimer timer = new ManualTimer();
		TokenVerifier verifier = new TimeLimitedTokenVerifier((token) -> {
			assertThat(timer.scheduled()).containsExactly(Duration.ofSeconds(5));
			return new TestingAuthenticationToken(token, null);
		}, timer, Duration.ofSeconds(5));
		assertThat(verifier.verify("alice").getName()).isEqualTo("alice");
		assertThat(timer.scheduled()).isEmpty();
	}

	@Test
	void threadIsNotLeftInterruptedByALimitThatCameTooLate() {
		ManualTimer timer = new ManualTimer();
		TokenVerifier verifier = new TimeLimitedTokenVerifier((token) -> {
			timer.advance(Duration.ofSeconds(5));
			return new TestingAuthenticationToken(token, null);
		}, timer, Duration.ofSeconds(5));
		assertThat(verifier.verify("alice").getName()).isEqualTo("alice");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void exceptionsInTimePassThrough() {
		TokenVerifier verifier = new TimeLimitedTokenVerifier((token) -> {
			throw new BadCredentialsException("no");
		}, new ManualTimer(), Duration.ofSeconds(5));
		assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> verifier.verify("token"));
	}

	@Test
	void zeroMeansNoLimit() {
		ManualTimer timer = new ManualTimer();
		TokenVerifier verifier = new TimeLimitedTokenVerifier((token) -> {
			assertThat(timer.scheduled()).isEmpty();
			return new TestingAuthenticationToken(token, null);
		}, timer, Duration.ZERO);
		assertThat(verifier.verify("alice").getName()).isEqualTo("alice");
	}

}
