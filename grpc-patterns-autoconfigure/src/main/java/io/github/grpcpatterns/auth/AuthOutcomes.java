/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the listeners of each call's authentication outcome.
 */
final class AuthOutcomes {

	private static final Logger logger = LoggerFactory.getLogger(AuthOutcomes.class);

	private final AuthOutcomeListener[] listeners;

	AuthOutcomes(List<AuthOutcomeListener> listeners) {
		this.listeners = listeners.toArray(AuthOutcomeListener[]::new);
	}

	void tell(CallRecord call, Outcome outcome) {
		for (AuthOutcomeListener listener : this.listeners) {
			try {
				listener.outcome(call, outcome);
			}
			catch (Throwable ex) {
				logger.warn("An AuthOutcomeListener failed", ex);
			}
		}
	}

	/**
	 * End a call whose thread is still asking about the token. Called by another thread.
	 */
	void overdue(CallRecord call) {
		tell(call, Refusal.OVERDUE.outcome());
		call.guard().endWaiting(Refusal.OVERDUE.reason());
	}

}
