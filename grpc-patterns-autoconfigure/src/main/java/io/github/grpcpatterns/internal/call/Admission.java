/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.Context;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * A policy that accepts or refuses a call, and can decide before the call waits for a
 * thread of the handlers' executor. Each such policy has one bean of this type, which its
 * interceptor uses too.
 * <p>
 * If that executor is known, the policies are called in their order before the call is
 * queued, up to the first that refuses or cannot decide yet. A refused call runs the
 * chain at once, on an executor of ours. Decisions are kept in the {@link CallRecord} for
 * the interceptor, which decides itself if there is none.
 *
 * @param <D> the type of decisions, immutable
 */
public interface Admission<D> extends Ordered {

	/**
	 * Decide about a call, at most once for each call and with all that follows from it:
	 * a token of a rate is spent. Meters, listeners and the close of the call are left to
	 * the interceptor. Called within the call's {@link Context}.
	 * @param call the record of the call, which knows method, peer and arrival, and in
	 * which policies note who the caller is
	 * @param headers the headers
	 * @param effort how much this may cost
	 * @return the decision, or {@code null} where it takes more effort; never with
	 * {@link Effort#WAIT}
	 */
	@Nullable D decide(CallRecord call, Metadata headers, Effort effort);

	/**
	 * Return whether a decision lets the call pass.
	 * @param decision what {@link #decide} returned
	 * @return whether the call may go on
	 */
	boolean admits(D decision);

	/**
	 * Return whether {@link Effort#COMPUTE} may tell what {@link Effort#LOOK_UP} does
	 * not.
	 * @return whether it is worth while to ask again
	 */
	default boolean computes() {
		return false;
	}

	/**
	 * Return the decision of this policy about a call, made now unless it was made before
	 * the call waited. Called by the interceptor, on the thread of the call.
	 * @param call the record of the call
	 * @param headers the headers
	 * @return the decision
	 */
	default D decision(CallRecord call, Metadata headers) {
		D early = earlyDecision(call);
		D decision = (early != null) ? early : decide(call, headers, Effort.WAIT);
		if (decision == null) {
			throw new IllegalStateException(getClass().getName() + " did not decide");
		}
		return decision;
	}

	/**
	 * Return the decision that was made before the call waited.
	 * @param call the record of the call
	 * @return the decision, or {@code null} where there was none
	 */
	default @Nullable D earlyDecision(CallRecord call) {
		return call.earlyDecision(this);
	}

	/**
	 * How much a decision may cost, which depends on the thread.
	 */
	enum Effort {

		/** On a thread of the transport: nothing slower than a look-up in memory. */
		LOOK_UP,

		/**
		 * On a thread of ours: may compute, as a signature wants it, but neither wait nor
		 * call code of users.
		 */
		COMPUTE,

		/** On the thread of the call: may ask the outside world, within a time limit. */
		WAIT

	}

}
