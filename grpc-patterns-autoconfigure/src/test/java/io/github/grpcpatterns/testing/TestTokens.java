/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.Consumer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.Metadata;

/**
 * Tokens signed with a shared secret, for tests that are not about tokens.
 */
public final class TestTokens {

	public static final String SECRET = "a-secret-of-tests-with-at-least-32-bytes";

	public static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	private TestTokens() {
	}

	/**
	 * A token of a subject that is valid for an hour.
	 */
	public static String of(String subject) {
		return of(subject, (claims) -> {
		});
	}

	/**
	 * A token of a subject that is valid for an hour, unless its claims say otherwise.
	 */
	public static String of(String subject, Consumer<JWTClaimsSet.Builder> more) {
		JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder().subject(subject)
			.expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))));
		more.accept(claims);
		try {
			SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
			token.sign(new MACSigner(SECRET.getBytes(StandardCharsets.UTF_8)));
			return token.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Headers with a subject's token.
	 */
	public static Metadata headers(String subject) {
		return bearer(of(subject));
	}

	/**
	 * Headers with a token.
	 */
	public static Metadata bearer(String token) {
		Metadata headers = new Metadata();
		headers.put(AUTHORIZATION, "Bearer " + token);
		return headers;
	}

}
