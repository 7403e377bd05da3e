/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

/**
 * RS256 tokens as long as real ones, of a key that this process makes.
 */
final class Tokens {

	private static final KeyPair KEY = key();

	private Tokens() {
	}

	private static KeyPair key() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			return generator.generateKeyPair();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Write the public key to a file.
	 * @return the location of the file
	 */
	static String publicKeyLocation() {
		try {
			Path file = Files.createTempFile("benchmarks-", ".pem");
			file.toFile().deleteOnExit();
			Files.writeString(file, "-----BEGIN PUBLIC KEY-----\n"
					+ Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(KEY.getPublic().getEncoded())
					+ "\n-----END PUBLIC KEY-----\n");
			return file.toUri().toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static String token() throws JOSEException {
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256),
				new JWTClaimsSet.Builder().subject("benchmark")
					.claim("scope", "read ".repeat(40))
					.expirationTime(Date.from(Instant.now().plus(Duration.ofHours(2))))
					.build());
		token.sign(new RSASSASigner(KEY.getPrivate()));
		return token.serialize();
	}

}
