package io.github.grpcpatterns.internal.backoff;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a client's call comes from that may take several attempts: the {@link Context} it
 * was made in, its deadline, and the executor of its callbacks. A timer's thread has none
 * of these.
 */
public final class ClientCallOrigin {

	private static final Logger LOGGER = LoggerFactory.getLogger(ClientCallOrigin.class);

	private final Context context = Context.current();

	private final CallOptions callOptions;

	/**
	 * Create it on the thread that makes the call.
	 * @param callOptions the options of the call
	 */
	public ClientCallOrigin(CallOptions callOptions) {
		this.callOptions = callOptions;
	}

	/**
	 * Return the context in which the call was made.
	 * @return the context
	 */
	public Context context() {
		return this.context;
	}

	/**
	 * Return whether the deadline, of the options or of the context, leaves room for a
	 * wait.
	 * @param millis the wait
	 * @return whether there is time left behind it
	 */
	public boolean roomFor(long millis) {
		long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
		return remains(this.callOptions.getDeadline(), nanos) && remains(this.context.getDeadline(), nanos);
	}

	private static boolean remains(@Nullable Deadline deadline, long nanos) {
		return deadline == null || deadline.timeRemaining(TimeUnit.NANOSECONDS) > nanos;
	}

	/**
	 * Run something where the callbacks of the call run: a blocking stub hears of nothing
	 * that happens elsewhere.
	 * @param task what to run, in the context of the call
	 * @param otherwise where it runs if the call has no executor of its own, or a closed
	 * one
	 */
	public void handOver(Runnable task, Executor otherwise) {
		Runnable inContext = this.context.wrap(task);
		if (this.callOptions.getExecutor() != null) {
			try {
				this.callOptions.getExecutor().execute(inContext);
				return;
			}
			catch (RejectedExecutionException ex) {
				LOGGER.debug("The executor of a call is closed");
			}
		}
		otherwise.execute(inContext);
	}

	/**
	 * Make a pause between two attempts, which does not begin yet.
	 * @param timer what to wait with
	 * @param goOn run when the time is over
	 * @param cancelled run instead when the pause is cancelled, by {@link Pause#cancel}
	 * or the context; both run where the callbacks of the call do
	 * @return the pause
	 */
	public Pause pause(CallTimer timer, Runnable goOn, Consumer<Status> cancelled) {
		return new Pause(timer, goOn, cancelled);
	}

	/**
	 * The time between two attempts. It ends once.
	 */
	public final class Pause implements Context.CancellationListener {

		private final AtomicBoolean over = new AtomicBoolean();

		private final CallTimer timer;

		private final Runnable goOn;

		private final Consumer<Status> cancelled;

		private volatile @Nullable Runnable unschedule;

		private Pause(CallTimer timer, Runnable goOn, Consumer<Status> cancelled) {
			this.timer = timer;
			this.goOn = goOn;
			this.cancelled = cancelled;
		}

		/**
		 * Begin to wait.
		 * @param millis how long
		 */
		public void begin(long millis) {
			this.unschedule = this.timer.schedule(this::timeOver, TimeUnit.MILLISECONDS.toNanos(millis));
			ClientCallOrigin.this.context.addListener(this, Runnable::run);
			if (this.over.get()) { // before all of this was in place
				forget();
			}
		}

		/**
		 * On the timer's thread, which must not run what is not ours.
		 */
		private void timeOver() {
			if (claim()) {
				Executor callbacks = this.timer.callbacks();
				callbacks.execute(() -> handOver(this.goOn, callbacks));
			}
		}

		/**
		 * End the pause, from any thread, also before it begins.
		 * @param status why
		 */
		public void cancel(Status status) {
			if (claim()) {
				handOver(() -> this.cancelled.accept(status), this.timer.callbacks());
			}
		}

		private boolean claim() {
			if (!this.over.compareAndSet(false, true)) {
				return false;
			}
			forget();
			return true;
		}

		private void forget() {
			Runnable unschedule = this.unschedule;
			if (unschedule != null) {
				unschedule.run();
			}
			ClientCallOrigin.this.context.removeListener(this);
		}

		@Override
		public void cancelled(Context context) {
			cancel(Contexts.statusFromCancelled(context));
		}

	}

}
