package io.github.grpcpatterns.retry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The time between two attempts of a {@link RetryCall}. It ends once: because it is over,
 * or because the caller or the surrounding {@link Context} cancels the call.
 */
final class RetryWait implements Context.CancellationListener {

	private final RetryCall<?, ?> owner;

	private final Context context;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable Runnable unschedule;

	RetryWait(RetryCall<?, ?> owner, Context context) {
		this.owner = owner;
		this.context = context;
	}

	/**
	 * Begin. The owner already knows of this wait, so that a cancel from now on ends it;
	 * one from before is what {@code cancelled} tells.
	 */
	void begin(long millis) {
		Runnable unschedule = this.owner.timer().schedule(this::goOn, TimeUnit.MILLISECONDS.toNanos(millis));
		this.unschedule = unschedule;
		this.context.addListener(this, Runnable::run);
		Status cancelled = this.owner.cancelled();
		if (cancelled != null) {
			end(cancelled);
		}
		if (this.over.get()) { // before all of this was in place
			unschedule.run();
			this.context.removeListener(this);
		}
	}

	/**
	 * On the timer's thread, which must not run what is further in.
	 */
	private void goOn() {
		if (claim()) {
			this.owner.timer().callbacks().execute(this.owner::nextAttempt);
		}
	}

	void end(Status status) {
		if (claim()) {
			Runnable unschedule = this.unschedule;
			if (unschedule != null) {
				unschedule.run();
			}
			this.owner.endElsewhere(status);
		}
	}

	private boolean claim() {
		if (!this.over.compareAndSet(false, true)) {
			return false;
		}
		this.owner.waited();
		this.context.removeListener(this);
		return true;
	}

	@Override
	public void cancelled(Context context) {
		end(Contexts.statusFromCancelled(context));
	}

}
