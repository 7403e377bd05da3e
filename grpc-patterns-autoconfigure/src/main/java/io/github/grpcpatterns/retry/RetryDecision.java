package io.github.grpcpatterns.retry;

import java.util.function.DoubleSupplier;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.status.Pushback;
import io.github.resilience4j.retry.Retry;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what follows each attempt of one call, and tells Resilience4j. Used by the last
 * callback of an attempt, of which there is one at a time.
 */
final class RetryDecision {

	/** There is no other attempt. */
	static final long STOP = -1;

	private static final Logger LOGGER = LoggerFactory.getLogger(RetryDecision.class);

	private final RetryPolicy policy;

	private final RetryBudget budget;

	private final DoubleSupplier random;

	private final ClientCallOrigin origin;

	/** Made with the first failure: most calls need none. */
	private Retry.@Nullable AsyncContext<Object> retry;

	/** Waits since the start or since the server's last pushback. */
	private int waits;

	RetryDecision(RetryPolicy policy, RetryBudget budget, DoubleSupplier random, ClientCallOrigin origin) {
		this.policy = policy;
		this.budget = budget;
		this.random = random;
		this.origin = origin;
	}

	/**
	 * An attempt failed before anything came back.
	 * @param harmless whether another one can do no harm
	 * @param wanted whether nobody has cancelled the call
	 * @return milliseconds until the next attempt, or {@link #STOP}
	 */
	long afterFailure(Status status, Metadata trailers, boolean harmless, boolean wanted) {
		boolean retryable = this.policy.codes().contains(status.getCode());
		Pushback pushback = Pushback.of(trailers);
		boolean again = retryable && harmless;
		if (retryable || pushback.stops()) {
			again = this.budget.failed() && again && !pushback.stops();
		}
		long wait = (pushback.delay() != null) ? pushback.millis()
				: this.policy.waits().millis(this.waits, this.random.getAsDouble());
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
			this.budget.failed();
		}
		tell(status, trailers, false, 0);
	}

	void afterSuccess() {
		this.budget.succeeded();
		try {
			retry().onComplete();
		}
		catch (Throwable ex) { // or the caller would never hear of the end
			listenerFailed(ex);
		}
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
		LOGGER.warn("A listener of the retries of {} failed", this.policy.retry().getName(), thrown);
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
