/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Generates and validates correlation ids.
 */
final class Ids {

	private static final int MAX_LENGTH = 128;

	private Ids() {
	}

	/**
	 * Return a fresh id. It only has to be unlikely to meet another, not hard to guess.
	 */
	static String fresh() {
		byte[] id = new byte[16];
		ThreadLocalRandom.current().nextBytes(id);
		return HexFormat.of().formatHex(id);
	}

	/**
	 * Return the id of the headers.
	 * @return the id, not to be changed, or {@code null} where there is none, several, or
	 * no valid one
	 */
	static byte @Nullable [] accepted(Metadata headers, Metadata.Key<byte[]> key) {
		Iterable<byte[]> values = headers.getAll(key);
		if (values == null) {
			return null;
		}
		Iterator<byte[]> iterator = values.iterator();
		byte[] id = iterator.next();
		return (iterator.hasNext() || !valid(id)) ? null : id;
	}

	private static boolean valid(byte[] id) {
		if (id.length == 0 || id.length > MAX_LENGTH) {
			return false;
		}
		for (byte c : id) {
			boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
			if (!alphanumeric && c != '.' && c != '_' && c != ':' && c != '-') {
				return false;
			}
		}
		return true;
	}

	static String text(byte[] id) {
		return new String(id, StandardCharsets.US_ASCII);
	}

	static byte[] bytes(String id) {
		return id.getBytes(StandardCharsets.US_ASCII);
	}

}
