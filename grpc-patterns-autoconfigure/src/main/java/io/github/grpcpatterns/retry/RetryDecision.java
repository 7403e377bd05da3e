/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.status.Pushback;
import io.github.resilience4j.retry.Retry;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether each failed attempt of one call is retried, and reports it to
 * Resilience4j. Used by the last callback of an attempt, of which there is one at a time.
 */
final class RetryDecision {

	/** There is no other attempt. */
	static final long STOP = -1;

	private static final Logger logger = LoggerFactory.getLogger(RetryDecision.class);

	private final RetryClientInterceptor shared;

	private final RetryPolicy policy;

	private final @Nullable String authority;

	private final ClientCallOrigin origin;

	/** Made with the first failure: most calls need none. */
	private Retry.@Nullable AsyncContext<Object> retry;

	/** Waits since the start or since the server's last pushback. */
	private int waits;

	/**
	 * Create it.
	 * @param authority the authority of the channel, whose budget holds
	 */
	RetryDecision(RetryClientInterceptor shared, RetryPolicy policy, @Nullable String authority,
			ClientCallOrigin origin) {
		this.shared = shared;
		this.policy = policy;
		this.authority = authority;
		this.origin = origin;
	}

	/**
	 * An attempt failed before anything came back.
	 * @param harmless whether another one can do no harm
	 * @param wanted whether nobody has cancelled the call
	 * @return milliseconds until the next attempt, or {@link #STOP}
	 */
	long afterFailure(Status status, Metadata trailers, boolean harmless, boolean wanted) {
		try {
			return decide(status, trailers, harmless, wanted);
		}
		catch (Throwable ex) { // or the caller would never hear of the end
			logger.warn("Cannot decide whether to retry a call of {}", this.policy.retry().getName(), ex);
			return STOP;
		}
	}

	private long decide(Status status, Metadata trailers, boolean harmless, boolean wanted) {
		boolean retryable = this.policy.codes().contains(status.getCode());
		Pushback pushback = Pushback.of(trailers);
		boolean again = retryable && harmless;
		if (retryable || pushback.stops()) {
			again = budget().failed() && again && !pushback.stops();
		}
		long wait = (pushback.delay() != null) ? pushback.millis()
				: this.policy.waits().millis(this.waits, this.shared.random());
		again = again && wanted && this.origin.roomFor(wait);
		long decided = tell(status, trailers, again, wait);
		if (decided < 0 || (decided > wait && !this.origin.roomFor(decided))) {
			return STOP;
		}
		this.waits = (pushback.delay() != null) ? 0 : this.waits + 1;
		return decided;
	}

	/**
	 * An attempt failed after which there can be no other.
	 */
	void afterLastFailure(Status status, Metadata trailers) {
		if (this.policy.codes().contains(status.getCode())) {
			budget().failed();
		}
		tell(status, trailers, false, 0);
	}

	void afterSuccess() {
		budget().succeeded();
		try {
			retry().onComplete();
		}
		catch (Throwable ex) { // or the caller would never hear of the end
			listenerFailed(ex);
		}
	}

	private RetryBudget budget() {
		return this.shared.budget(this.authority);
	}

	/**
	 * Tell Resilience4j of an attempt that failed.
	 * @return its decision: milliseconds to wait, or a negative number to stop
	 */
	private long tell(Status status, Metadata trailers, boolean again, long waitMillis) {
		try {
			return retry().onError(new AttemptFailure(status, trailers, again, waitMillis));
		}
		catch (Throwable ex) {
			listenerFailed(ex);
			return STOP;
		}
	}

	private void listenerFailed(Throwable thrown) {
		logger.warn("A listener of the retries of {} failed", this.policy.retry().getName(), thrown);
	}

	private Retry.AsyncContext<Object> retry() {
		Retry.AsyncContext<Object> retry = this.retry;
		if (retry == null) {
			retry = this.policy.retry().asyncContext();
			this.retry = retry;
		}
		return retry;
	}

}
