/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * The one timer of all patterns, and the executor to which it hands over.
 * <p>
 * Tasks run on the timer's only thread and must be short: they check the time and hand
 * over to {@link #executor()}. They never run application code, nor anything that passes
 * an interceptor of the application.
 */
public interface CallTimer {

	/**
	 * Return the timer's notion of now.
	 * @return nanoseconds since an arbitrary origin, as {@link System#nanoTime()}
	 */
	long nanoTime();

	/**
	 * Return the time of day, for what others state in it, such as the expiry of a token.
	 * @return a clock that goes with {@link #nanoTime()}
	 */
	default Clock clock() {
		return Clock.systemUTC();
	}

	/**
	 * Return a time just past, for what happens too often to read a clock each time.
	 * @return nanoseconds on the scale of {@link #nanoTime()}, behind it by no more than
	 * a tenth of a second unless the timer's thread gets no processor
	 */
	default long recently() {
		return nanoTime();
	}

	/**
	 * Run a task once after a delay, never from within this method. When the timer closes
	 * the task is dropped, and so is one that comes later.
	 * @param task the task
	 * @param delayNanos the delay; zero or less means as soon as possible
	 * @return a handle that forgets the task when run, which does no harm after it ran
	 */
	Runnable schedule(Runnable task, long delayNanos);

	/**
	 * Run a task once after a delay, never from within this method. For what must not be
	 * lost, such as the end of a call that waits: when the timer closes the task runs at
	 * once, on {@link #executor()}, and so does one that comes later.
	 * @param task the task
	 * @param delayNanos the delay; zero or less means as soon as possible
	 * @return a handle that forgets the task when run, which does no harm after it ran
	 */
	Runnable scheduleOrNow(Runnable task, long delayNanos);

	/**
	 * Return the executor of code that no thread of its call can run: sends, ends and
	 * reports, and application code if no executor of the application is known. It is
	 * unbounded, so that a task that blocks delays no other.
	 * @return the executor, which never rejects a task
	 */
	Executor executor();

	/**
	 * Return a timer for code that works without an application context as well. Its
	 * threads are daemons, started when first needed and shared by the whole process.
	 * @return the same timer every time
	 */
	static CallTimer standalone() {
		return SharedCallTimer.Standalone.TIMER;
	}

}
