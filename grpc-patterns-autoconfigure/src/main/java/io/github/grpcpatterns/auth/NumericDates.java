/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Map;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.proc.BadJWTException;

/**
 * Checks that the times of a token are times. Nimbus multiplies them by a thousand, and
 * one that is out of range then seems long past: a token that is not yet valid would be.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7519#section-2">RFC 7519, 2</a>
 */
final class NumericDates {

	private static final String[] CLAIMS = { "exp", "nbf", "iat" };

	/** Nearly the milliseconds that a long can count. */
	private static final double MAX_SECONDS = 9e15;

	private NumericDates() {
	}

	/**
	 * Check a token whose claims were parsed already.
	 * @throws BadJWTException if one of its times is out of range
	 */
	static void check(JWT jwt) throws BadJWTException {
		Map<String, Object> claims = (jwt instanceof JWSObject signed) ? signed.getPayload().toJSONObject() : null;
		for (String claim : CLAIMS) {
			if (claims != null && claims.get(claim) instanceof Number time
					&& Math.abs(time.doubleValue()) > MAX_SECONDS) {
				throw new BadJWTException(claim + " is out of range");
			}
		}
	}

}
