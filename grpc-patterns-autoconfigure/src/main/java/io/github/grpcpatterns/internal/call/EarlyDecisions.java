/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of policies about one call before it waited for a thread. Used by one
 * thread at a time.
 */
public final class EarlyDecisions {

	private final MethodAdmissions policies;

	private final @Nullable Object[] decisions;

	private final boolean[] asked;

	private int decided;

	private EarlyDecisions(MethodAdmissions policies) {
		this.policies = policies;
		this.decisions = new Object[policies.size()];
		this.asked = new boolean[policies.size()];
	}

	/**
	 * Begin with a call.
	 * @param call the record of the call, which keeps the decisions
	 * @param policies the policies of its method
	 * @return the decisions, none yet
	 */
	public static EarlyDecisions of(CallRecord call, MethodAdmissions policies) {
		EarlyDecisions decisions = new EarlyDecisions(policies);
		call.earlyDecisions(decisions);
		return decisions;
	}

	/**
	 * Go on with the policies that have not decided, unless the client has gone, when the
	 * cost would be wasted.
	 * @param call the record of the call
	 * @param headers its headers
	 * @param effort how much this may cost
	 * @return how far that led
	 */
	public Outcome decide(CallRecord call, Metadata headers, Effort effort) {
		if (call.transportStatus() != null) {
			return Outcome.UNDECIDED;
		}
		while (this.decided < this.policies.size()) {
			if (this.policies.absent(this.decided)) {
				this.decided++;
				continue;
			}
			Outcome outcome = decide(this.policies.get(this.decided), call, headers, effort);
			if (outcome != Outcome.ADMITTED) {
				return outcome;
			}
		}
		return Outcome.ADMITTED;
	}

	private <D> Outcome decide(Admission<D> policy, CallRecord call, Metadata headers, Effort effort) {
		D decision = policy.decide(call, headers, effort);
		if (decision == null) {
			return (effort == Effort.LOOK_UP && policy.computes()) ? Outcome.COMPUTE : Outcome.UNDECIDED;
		}
		this.decisions[this.decided++] = decision;
		return policy.admits(decision) ? Outcome.ADMITTED : Outcome.REFUSED;
	}

	/**
	 * The interceptor of a policy asks.
	 */
	@SuppressWarnings("unchecked") // stored by decide under the same policy
	<D> @Nullable D of(Admission<D> policy) {
		int index = this.policies.indexOf(policy);
		if (index < 0) {
			return null;
		}
		this.asked[index] = true;
		this.policies.present(index);
		return (D) this.decisions[index];
	}

	/**
	 * The chain of the call ran: what was decided for nobody is not to be decided again.
	 */
	public void chainRan() {
		for (int i = 0; i < this.decided; i++) {
			if (this.decisions[i] != null && !this.asked[i]) {
				this.policies.passedOver(i);
			}
		}
	}

	/**
	 * How far the policies came.
	 */
	public enum Outcome {

		/** Each policy lets the call pass. */
		ADMITTED,

		/** The last one that decided refuses the call. */
		REFUSED,

		/** The next one can tell with {@link Effort#COMPUTE}. */
		COMPUTE,

		/** The next one can tell only on the thread of the call. */
		UNDECIDED

	}

}
