package io.github.grpcpatterns.internal.concurrent;

import java.util.concurrent.Executor;

/**
 * The one timer of all patterns, and the small pool for the callbacks that we cause
 * ourselves.
 * <p>
 * Tasks run on the timer's only thread and must be short: they end calls or hand over to
 * an executor, they never run the code of a user.
 */
public interface CallTimer {

	/**
	 * Return the timer's notion of now.
	 * @return nanoseconds since an arbitrary origin, as {@link System#nanoTime()}
	 */
	long nanoTime();

	/**
	 * Return a time just past, for what happens too often to read a clock each time.
	 * @return nanoseconds on the scale of {@link #nanoTime()}, behind it by no more than
	 * a tenth of a second unless the timer's thread gets no processor
	 */
	default long recently() {
		return nanoTime();
	}

	/**
	 * Run a task once after a delay.
	 * @param task the task
	 * @param delayNanos the delay; zero or less means as soon as possible
	 * @return a handle that forgets the task when run, which does no harm after it ran
	 */
	Runnable schedule(Runnable task, long delayNanos);

	/**
	 * Return the pool for callbacks and reports that no thread of the call is there to
	 * run.
	 * @return the executor
	 */
	Executor callbacks();

	/**
	 * Return a timer for code that works without an application context as well. Its
	 * threads are daemons, started when first needed and shared by the whole process.
	 * @return the same timer every time
	 */
	static CallTimer standalone() {
		return SharedCallTimer.Standalone.TIMER;
	}

}
