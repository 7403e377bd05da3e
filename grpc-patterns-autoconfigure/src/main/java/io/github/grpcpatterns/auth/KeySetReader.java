/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys of a JSON Web Key Set that can verify signatures. A key that cannot is
 * ignored and logged once; Nimbus' own parser rejects the whole set.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7517#section-5">RFC 7517, 5</a>
 */
final class KeySetReader {

	private static final Logger logger = LoggerFactory.getLogger(KeySetReader.class);

	private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

	/** A server that invents keys must not fill the memory, nor the log. */
	private static final int MAX_LOGGED = 100;

	private static final int MAX_TEXT = 200;

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	/**
	 * Read a set.
	 * @param source the origin of the set, for messages
	 * @param body the set
	 * @return the keys that can be used, at least one
	 * @throws IOException if it is no set, or none of its keys can be used
	 */
	JWKSet read(Object source, byte[] body) throws IOException {
		List<JWK> usable = new ArrayList<>();
		List<Object> keys = keys(body);
		for (int i = 0; i < keys.size(); i++) {
			JWK key = read(source, i, keys.get(i));
			if (key != null) {
				usable.add(key);
			}
		}
		if (usable.isEmpty()) {
			throw new IOException("a JSON Web Key Set without " + (keys.isEmpty() ? "keys" : "a usable key"));
		}
		return new JWKSet(usable);
	}

	private static List<Object> keys(byte[] body) throws IOException {
		try {
			List<Object> keys = JSONObjectUtils
				.getJSONArray(JSONObjectUtils.parse(new String(body, StandardCharsets.UTF_8)), "keys");
			if (keys != null) {
				return keys;
			}
		}
		catch (ParseException | RuntimeException ex) { // JSON, but no object
			// no set, below
		}
		throw new IOException("not a JSON Web Key Set");
	}

	private @Nullable JWK read(Object source, int index, @Nullable Object value) {
		if (!(value instanceof Map<?, ?> members)) {
			ignored(source, "keys[" + index + "]", "it is not a JSON object", true);
			return null;
		}
		Object id = members.get("kid");
		String name = (id instanceof String text && !text.isEmpty()) ? "'" + printable(text) + "'"
				: "keys[" + index + "]";
		try {
			@SuppressWarnings("unchecked") // JSON has no other names
			JWK key = JWK.parse((Map<String, Object>) members);
			String unusable = weakness(key);
			String unsuited = (unusable == null) ? otherUse(key) : null;
			if (unusable == null && unsuited == null) {
				return key;
			}
			ignored(source, name, String.valueOf((unusable != null) ? unusable : unsuited), unusable != null);
		}
		catch (ParseException | JOSEException | RuntimeException ex) {
			ignored(source, name, "it cannot be read: " + printable(String.valueOf(ex.getMessage())), true);
		}
		return null;
	}

	private static @Nullable String weakness(JWK key) throws JOSEException {
		if (key instanceof RSAKey rsa) {
			int bits = rsa.toRSAPublicKey().getModulus().bitLength();
			return (bits < PemPublicKey.MIN_RSA_BITS)
					? "it has " + bits + " bits, and at least " + PemPublicKey.MIN_RSA_BITS + " are required" : null;
		}
		if (key instanceof ECKey ec && CURVES.contains(ec.getCurve())) {
			ec.toECPublicKey();
			return null;
		}
		return (key instanceof ECKey ec) ? "no algorithm uses its curve " + printable(ec.getCurve().getName())
				: "keys of type " + printable(key.getKeyType().getValue()) + " are not supported";
	}

	private static @Nullable String otherUse(JWK key) {
		KeyUse use = key.getKeyUse();
		Set<KeyOperation> operations = key.getKeyOperations();
		boolean verifies = (use == null || use.equals(KeyUse.SIGNATURE))
				&& (operations == null || operations.contains(KeyOperation.VERIFY));
		return verifies ? null : "it is not for verifying signatures";
	}

	private void ignored(Object source, String key, String why, boolean broken) {
		String message = "Ignored the key " + key + " from " + source + ": " + why;
		if (this.logged.size() >= MAX_LOGGED || !this.logged.add(message)) {
			return;
		}
		if (broken) {
			logger.warn(message);
		}
		else {
			logger.info(message);
		}
	}

	/**
	 * A foreign text, in one line that is not too long.
	 */
	static String printable(String text) {
		String line = text.replaceAll("\\p{Cntrl}", "?");
		return (line.length() > MAX_TEXT) ? line.substring(0, MAX_TEXT) + "…" : line;
	}

}
