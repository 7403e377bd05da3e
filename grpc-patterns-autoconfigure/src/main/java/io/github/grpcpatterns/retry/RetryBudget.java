/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The tokens of one channel authority, in thousandths (gRFC A6): a server that fails most
 * calls gets few additional retries.
 */
final class RetryBudget {

	private static final long TOKEN = 1000;

	private final long max;

	private final long ratio;

	private final AtomicLong tokens;

	RetryBudget(RetryClientProperties.Budget settings) {
		this.max = settings.maxTokens() * TOKEN;
		this.ratio = Math.round(Math.min(settings.tokenRatio() * TOKEN, this.max));
		this.tokens = new AtomicLong(this.max);
	}

	/**
	 * Note a failed attempt.
	 * @return whether more than half of the tokens are left, so that there may be another
	 */
	boolean failed() {
		return this.max == 0 || this.tokens.updateAndGet((now) -> Math.max(0, now - TOKEN)) > this.max / 2;
	}

	/**
	 * Note a successful call.
	 */
	void succeeded() {
		if (this.tokens.get() < this.max) {
			this.tokens.updateAndGet((now) -> Math.min(this.max, now + this.ratio));
		}
	}

}
