/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;

/**
 * The decision about one call: its method is public, its caller is authenticated, or it
 * is refused.
 */
sealed interface AuthDecision permits AuthDecision.PublicMethod, Identity, Refusal {

	AuthDecision PUBLIC = new PublicMethod();

	/**
	 * Return what the listeners of outcomes hear of it.
	 */
	Outcome outcome();

	/**
	 * No credential was looked at.
	 */
	record PublicMethod() implements AuthDecision {

		@Override
		public Outcome outcome() {
			return Outcome.PUBLIC;
		}

	}

}
