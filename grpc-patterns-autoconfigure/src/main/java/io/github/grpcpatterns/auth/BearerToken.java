/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;

import io.github.grpcpatterns.internal.call.AsciiBytes;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Reads the token from a call's headers: exactly one {@code authorization} value,
 * {@code Bearer} in any case, one or more spaces, the alphabet of tokens, and nothing
 * else.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, 2.1</a>
 */
final class BearerToken {

	static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<byte[]> RECEIVED = AsciiBytes.key("authorization");

	private static final String SCHEME = "Bearer ";

	private static final boolean[] ALPHABET = new boolean[128];

	static {
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/".chars()
			.forEach((character) -> ALPHABET[character] = true);
	}

	private BearerToken() {
	}

	/**
	 * Return the value of the header.
	 * @return the value, not to be changed, or {@code null} where there is none, or
	 * several
	 */
	static byte @Nullable [] header(Metadata headers) {
		Iterable<byte[]> values = headers.getAll(RECEIVED);
		if (values == null) {
			return null;
		}
		Iterator<byte[]> iterator = values.iterator();
		byte[] value = iterator.next();
		return iterator.hasNext() ? null : value;
	}

	/**
	 * Return the token.
	 * @param header the value of the header
	 * @return the token, or {@code null} where the value does not have that form
	 */
	static @Nullable String token(byte[] header) {
		String value = new String(header, StandardCharsets.ISO_8859_1);
		if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
			return null;
		}
		int start = SCHEME.length();
		while (start < value.length() && value.charAt(start) == ' ') {
			start++;
		}
		int end = value.length();
		while (end > start && value.charAt(end - 1) == '=') {
			end--;
		}
		if (end == start) {
			return null;
		}
		for (int i = start; i < end; i++) {
			char character = value.charAt(i);
			if (character >= ALPHABET.length || !ALPHABET[character]) {
				return null;
			}
		}
		return value.substring(start);
	}

}
