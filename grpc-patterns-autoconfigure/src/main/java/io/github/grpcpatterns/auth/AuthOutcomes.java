package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;

/**
 * Tells the listeners the outcome of each call.
 */
final class AuthOutcomes {

	private final AuthOutcomeListener[] listeners;

	AuthOutcomes(List<AuthOutcomeListener> listeners) {
		this.listeners = listeners.toArray(AuthOutcomeListener[]::new);
	}

	void tell(Outcome outcome) {
		for (AuthOutcomeListener listener : this.listeners) {
			listener.outcome(outcome);
		}
	}

	/**
	 * End a call whose thread is still asking about the token. Called by another thread.
	 */
	void overdue(CallRecord call) {
		tell(Refusal.OVERDUE.outcome());
		call.guard().endWaiting(Refusal.OVERDUE.reason());
	}

}
