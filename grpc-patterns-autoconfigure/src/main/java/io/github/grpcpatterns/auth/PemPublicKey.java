/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

import io.github.grpcpatterns.internal.settings.SettingException;

import org.springframework.core.io.Resource;

/**
 * Reads a public key in PEM form ({@code BEGIN PUBLIC KEY}), RSA or EC.
 */
final class PemPublicKey {

	private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";

	private static final String END = "-----END PUBLIC KEY-----";

	/** RFC 7518, 3.3. */
	static final int MIN_RSA_BITS = 2048;

	private PemPublicKey() {
	}

	/**
	 * Read a key.
	 * @param property the setting that names the location, for messages
	 * @param location where the key is
	 * @return the key
	 * @throws SettingException if it cannot be read, is none, or too weak
	 */
	static PublicKey read(String property, Resource location) {
		PublicKey key = parse(property, location, text(property, location));
		if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
			throw new SettingException(property, location.getDescription(),
					"Holds an RSA key of less than " + MIN_RSA_BITS + " bits.");
		}
		return key;
	}

	private static String text(String property, Resource location) {
		try {
			return location.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new SettingException(property, location.getDescription(), "Cannot be read.");
		}
	}

	private static PublicKey parse(String property, Resource location, String text) {
		int begin = text.indexOf(BEGIN);
		int end = text.indexOf(END);
		if (begin >= 0 && end > begin) {
			String base64 = text.substring(begin + BEGIN.length(), end);
			for (String algorithm : new String[] { "RSA", "EC" }) {
				try {
					X509EncodedKeySpec spec = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
					return KeyFactory.getInstance(algorithm).generatePublic(spec);
				}
				catch (GeneralSecurityException | IllegalArgumentException ex) {
					continue; // a key of the other kind, or none
				}
			}
		}
		throw new SettingException(property, location.getDescription(),
				"Holds no RSA or EC public key in PEM form (" + BEGIN + ").");
	}

}
