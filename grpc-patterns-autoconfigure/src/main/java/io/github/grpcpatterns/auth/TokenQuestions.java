/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.Settings;

/**
 * Calls the application's verifier once at a time for each token, however many calls
 * carry it, within a time limit.
 * <p>
 * The first call runs the verifier on its own thread; the others wait for its result. At
 * the limit all of them are refused, and that thread is interrupted. While a verifier
 * ignores the interrupt, calls with the same token are refused at once.
 */
final class TokenQuestions {

	private final CallTimer timer;

	private final long limitNanos;

	private final Consumer<CallRecord> overdue;

	/** As many as threads that ask. */
	private final Map<TokenCache.Digest, Question> open = new ConcurrentHashMap<>();

	/**
	 * Create it.
	 * @param timer the timer
	 * @param limit the time a question may take, zero for no limit
	 * @param overdue ends the call that asks, whose thread may be stuck; called on a
	 * thread of the timer's executor
	 */
	TokenQuestions(CallTimer timer, Duration limit, Consumer<CallRecord> overdue) {
		this.timer = timer;
		this.limitNanos = Settings.nanosOrNone(limit);
		this.overdue = overdue;
	}

	/**
	 * Verify a token, or wait for the result if another call is verifying it.
	 * @param token the digest of the token
	 * @param call the call that carries it
	 * @param verify asks; run on this thread, or not at all
	 * @return the answer, {@link Refusal#OVERDUE} where the call was ended meanwhile
	 */
	TokenResult ask(TokenCache.Digest token, CallRecord call, Supplier<TokenResult> verify) {
		Question question = new Question(call);
		Question present = this.open.putIfAbsent(token, question);
		if (present != null) {
			return present.await();
		}
		try {
			return question.ask(verify);
		}
		finally {
			this.open.remove(token, question);
		}
	}

	/**
	 * Return how many questions are not answered yet.
	 */
	int open() {
		return this.open.size();
	}

	/**
	 * Return how many calls wait for an answer to another one's question.
	 */
	int waiting() {
		return this.open.values().stream().mapToInt((question) -> question.answer.getNumberOfDependents()).sum();
	}

	/**
	 * One question, of the call that came first.
	 */
	private final class Question {

		private final CallRecord call;

		private final Thread asking = Thread.currentThread();

		private final long startNanos = TokenQuestions.this.timer.nanoTime();

		private final CompletableFuture<TokenResult> answer = new CompletableFuture<>();

		/** Guarded by this, as the next one. */
		private boolean over;

		private boolean interrupted;

		Question(CallRecord call) {
			this.call = call;
		}

		TokenResult ask(Supplier<TokenResult> verify) {
			Runnable forgetLimit = scheduleLimit();
			TokenResult result;
			try {
				result = verify.get();
			}
			catch (Throwable ex) { // of the application's
				result = Refusal.of(ex);
			}
			forgetLimit.run();
			over();
			return this.answer.complete(result) ? result : Refusal.OVERDUE;
		}

		private Runnable scheduleLimit() {
			CallTimer timer = TokenQuestions.this.timer;
			if (TokenQuestions.this.limitNanos == Long.MAX_VALUE) {
				return () -> {
				};
			}
			return timer.schedule(() -> timer.executor().execute(this::limitReached), TokenQuestions.this.limitNanos);
		}

		private void limitReached() {
			if (this.answer.complete(Refusal.UNAVAILABLE)) {
				try {
					TokenQuestions.this.overdue.accept(this.call);
				}
				finally {
					interrupt();
				}
			}
		}

		/**
		 * Only while it asks: what the thread does next must not be hit.
		 */
		private synchronized void interrupt() {
			if (!this.over) {
				this.interrupted = true;
				this.asking.interrupt();
			}
		}

		private synchronized void over() {
			this.over = true;
			if (this.interrupted) {
				Thread.interrupted();
			}
		}

		TokenResult await() {
			try {
				if (TokenQuestions.this.limitNanos == Long.MAX_VALUE) {
					return this.answer.get();
				}
				long passed = TokenQuestions.this.timer.nanoTime() - this.startNanos;
				return this.answer.get(TokenQuestions.this.limitNanos - passed, TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				return Refusal.UNAVAILABLE;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return Refusal.UNAVAILABLE;
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException(ex); // it is never completed with one
			}
		}

	}

}
