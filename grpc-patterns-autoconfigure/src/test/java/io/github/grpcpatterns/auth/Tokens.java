/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.function.Consumer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/**
 * Makes keys and tokens.
 */
final class Tokens {

	static final String SECRET = "a secret of thirty-two bytes, or more";

	static final RSAKey RSA = rsa("rsa-1");

	static final ECKey EC = ec("ec-1", Curve.P_256);

	private Tokens() {
	}

	static RSAKey rsa(String id) {
		try {
			return new RSAKeyGenerator(2048).keyID(id).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A key that nobody should use any more, and that Nimbus does not generate.
	 */
	static RSAKey rsa1024() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(1024);
			KeyPair pair = generator.generateKeyPair();
			return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).privateKey(pair.getPrivate()).build();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static ECKey ec(String id, Curve curve) {
		try {
			return new ECKeyGenerator(curve).keyID(id).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A token of alice's, good for an hour, signed with the secret.
	 */
	static String hs256() {
		return hs256("alice");
	}

	static String hs256(String subject) {
		return hs256((claims) -> claims.subject(subject));
	}

	static String hs256(Consumer<JWTClaimsSet.Builder> claims) {
		return hmac(SECRET.getBytes(StandardCharsets.UTF_8), claims);
	}

	static String hmac(byte[] secret, Consumer<JWTClaimsSet.Builder> claims) {
		try {
			return sign(new JWSHeader.Builder(JWSAlgorithm.HS256), new MACSigner(secret), claims);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String rs256(RSAKey key) {
		return rsa(key, JWSAlgorithm.RS256, (claims) -> {
		});
	}

	static String rsa(RSAKey key, JWSAlgorithm algorithm, Consumer<JWTClaimsSet.Builder> claims) {
		return sign(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).type(JOSEObjectType.JWT), signer(key),
				claims);
	}

	static JWSSigner signer(RSAKey key) {
		try {
			return new RSASSASigner(key);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String es(ECKey key, JWSAlgorithm algorithm) {
		try {
			return sign(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()), new ECDSASigner(key), (claims) -> {
			});
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String sign(JWSHeader.Builder header, JWSSigner signer, Consumer<JWTClaimsSet.Builder> claims) {
		JWTClaimsSet.Builder builder = new JWTClaimsSet.Builder().subject("alice").expirationTime(in(3600));
		claims.accept(builder);
		try {
			SignedJWT jwt = new SignedJWT(header.build(), builder.build());
			jwt.sign(signer);
			return jwt.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A token with claims that Nimbus would not write.
	 */
	static String signed(byte[] secret, String claims) {
		try {
			JWSObject token = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims));
			token.sign(new MACSigner(secret));
			return token.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String unsigned(String header, String claims) {
		return base64(header) + "." + base64(claims) + ".";
	}

	static String base64(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	static Date in(long seconds) {
		return Date.from(Instant.now().plus(Duration.ofSeconds(seconds)));
	}

	static String pem(java.security.Key key) {
		return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
				+ "\n-----END PUBLIC KEY-----\n";
	}

	static Path write(Path file, String text) {
		try {
			return Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the value of a header as it arrives.
	 */
	static byte[] header(String token) {
		return ("Bearer " + token).getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Sends a token with each call.
	 */
	static ClientInterceptor bearer(String token) {
		return authorization("Bearer " + token);
	}

	static ClientInterceptor authorization(String... values) {
		Metadata headers = new Metadata();
		for (String value : values) {
			headers.put(BearerToken.AUTHORIZATION, value);
		}
		return MetadataUtils.newAttachHeadersInterceptor(headers);
	}

}
