/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.JWTClaimsSetVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Checks issuer and times of a token whose signature is valid.
 *
 * @param issuer the issuer that the token must name, {@code null} for any
 * @param clockSkew how far the issuer's clock may be off
 * @param clock tells the time
 */
record ClaimsCheck(@Nullable String issuer, Duration clockSkew,
		Clock clock) implements JWTClaimsSetVerifier<SecurityContext> {

	@Override
	public void verify(JWTClaimsSet claims, @Nullable SecurityContext context) throws BadJWTException {
		if (this.issuer != null && !this.issuer.equals(claims.getIssuer())) {
			throw new BadJWTException("another issuer");
		}
		Instant now = this.clock.instant();
		Date notBefore = claims.getNotBeforeTime();
		if (notBefore != null && now.plus(this.clockSkew).isBefore(notBefore.toInstant())) {
			throw new BadJWTException("not yet valid");
		}
		Date expiry = claims.getExpirationTime();
		if (expiry != null && !now.minus(this.clockSkew).isBefore(expiry.toInstant())) {
			throw new Expired();
		}
	}

	/**
	 * The token was good once.
	 */
	static final class Expired extends BadJWTException {

		private static final long serialVersionUID = 1L;

		Expired() {
			super("expired");
		}

	}

}
