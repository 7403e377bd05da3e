/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Locale;

/**
 * Receives the authentication outcome of each inbound call, once per call. The auth
 * pattern calls the beans of this type.
 */
@FunctionalInterface
public interface AuthOutcomeListener {

	/**
	 * A call passed authentication, or was refused by it. Called on the thread that
	 * starts the call, before the call goes on, or on another one where that thread is
	 * stuck in a verifier of the application's; must be short. One that throws is logged,
	 * and harms no call.
	 * @param call the record of the call
	 * @param outcome how it went
	 */
	void outcome(CallRecord call, Outcome outcome);

	/**
	 * How the authentication of a call went.
	 */
	enum Outcome {

		/** The method is public: no credential was looked at. */
		PUBLIC,

		/** A valid token, with an authority that the method wants. */
		ACCEPTED,

		/** No credential, a malformed one, or several. */
		MISSING,

		/** A token that proves nothing. */
		INVALID,

		/** A token past its time. */
		EXPIRED,

		/** A valid token without the authority, or a method that is closed to all. */
		DENIED,

		/** Nobody could judge the token. */
		UNAVAILABLE;

		private final String tag = name().toLowerCase(Locale.ROOT);

		/**
		 * Return the value of the meters' {@code outcome} tag, the name in lower case.
		 * @return the tag value
		 */
		public String tag() {
			return this.tag;
		}

	}

}
