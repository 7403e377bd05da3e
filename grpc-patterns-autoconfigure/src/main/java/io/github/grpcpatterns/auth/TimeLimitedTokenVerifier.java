package io.github.grpcpatterns.auth;

import java.time.Duration;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;

/**
 * Keeps a verifier of the application's from holding the threads of calls for good: what
 * takes too long is interrupted, and nobody can judge the token.
 */
final class TimeLimitedTokenVerifier implements TokenVerifier {

	private final TokenVerifier verifier;

	private final CallTimer timer;

	private final long limitNanos;

	TimeLimitedTokenVerifier(TokenVerifier verifier, CallTimer timer, Duration limit) {
		this.verifier = verifier;
		this.timer = timer;
		this.limitNanos = Settings.nanosOrNone(limit);
	}

	@Override
	public Authentication verify(String token) {
		if (this.limitNanos == Long.MAX_VALUE) {
			return this.verifier.verify(token);
		}
		Limit limit = new Limit(Thread.currentThread());
		Runnable cancel = this.timer.schedule(limit::reached, this.limitNanos);
		try {
			return this.verifier.verify(token);
		}
		catch (RuntimeException ex) {
			if (limit.over()) {
				throw new AuthenticationServiceException("the verifier took too long");
			}
			throw ex;
		}
		finally {
			cancel.run();
			limit.over();
		}
	}

	/**
	 * Interrupts a thread once, and only while it verifies: what the thread does next
	 * must not be hit.
	 */
	private static final class Limit {

		private final Thread thread;

		private boolean over;

		private boolean reached;

		Limit(Thread thread) {
			this.thread = thread;
		}

		synchronized void reached() {
			if (!this.over) {
				this.reached = true;
				this.thread.interrupt();
			}
		}

		/**
		 * The thread verifies no more.
		 * @return whether the limit was reached before
		 */
		synchronized boolean over() {
			if (!this.over && this.reached) {
				Thread.interrupted();
			}
			this.over = true;
			return this.reached;
		}

	}

}
