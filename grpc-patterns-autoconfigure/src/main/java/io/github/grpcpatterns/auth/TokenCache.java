/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * Caches accepted tokens by their SHA-256 digest, never past their expiry.
 * <p>
 * Computing the digest costs more than everything else in a call. Recent headers of
 * accepted tokens are therefore found by the header itself, as long as the digest is in
 * the cache.
 */
final class TokenCache {

	private final Cache<Digest, Remembered> cache;

	private final RecentHeaders recent;

	private final long maxAgeNanos;

	private final Ticker ticker;

	private final Clock clock;

	TokenCache(long size, Duration maxAge, Ticker ticker, Clock clock) {
		this.recent = new RecentHeaders(size);
		this.maxAgeNanos = maxAge.toNanos();
		this.ticker = ticker;
		this.clock = clock;
		this.cache = Caffeine.newBuilder()
			.maximumSize(size)
			.expireAfterWrite(maxAge)
			.ticker(ticker)
			.executor(Runnable::run) // maintenance is short, and runs no foreign code
			.removalListener(this::removed)
			.build();
	}

	private void removed(@Nullable Digest digest, @Nullable Remembered remembered, RemovalCause cause) {
		if (remembered != null) {
			this.recent.forget(remembered);
		}
	}

	/**
	 * Return the result for a header that was accepted before.
	 * @return the result, or {@code null} if its token must be looked up
	 */
	@Nullable AcceptedToken recall(byte[] header) {
		Remembered remembered = this.recent.get(header);
		if (remembered == null) {
			return null;
		}
		if (this.ticker.read() - remembered.sinceNanos < this.maxAgeNanos
				&& this.clock.millis() < remembered.expiresAtMillis) {
			return remembered.token;
		}
		this.recent.forget(remembered);
		return null;
	}

	@Nullable AcceptedToken get(Digest digest, byte[] header) {
		Remembered remembered = this.cache.getIfPresent(digest);
		if (remembered == null) {
			return null;
		}
		if (this.clock.millis() < remembered.expiresAtMillis) {
			this.recent.put(header, remembered);
			return remembered.token;
		}
		this.cache.invalidate(digest);
		return null;
	}

	void put(Digest digest, AcceptedToken token) {
		Remembered remembered = new Remembered(token, this.ticker.read());
		if (this.clock.millis() < remembered.expiresAtMillis) {
			this.cache.put(digest, remembered);
		}
	}

	/**
	 * The cache entry of a token.
	 */
	static final class Remembered {

		private final AcceptedToken token;

		private final long sinceNanos;

		private final long expiresAtMillis;

		/** The cache let go of it. Both are the headers', and under their lock. */
		boolean forgotten;

		/** The slot of its header, negative if none. */
		int place = -1;

		Remembered(AcceptedToken token, long sinceNanos) {
			this.token = token;
			this.sinceNanos = sinceNanos;
			this.expiresAtMillis = millis(token.expiresAt());
		}

		private static long millis(@Nullable Instant expiresAt) {
			try {
				return (expiresAt != null) ? expiresAt.toEpochMilli() : Long.MAX_VALUE;
			}
			catch (ArithmeticException ex) {
				return Long.MAX_VALUE; // longer than anybody can tell
			}
		}

	}

	/**
	 * The digest of a token, so that the cache holds no token as a key.
	 */
	record Digest(long a, long b, long c, long d) {

		private static final MessageDigest SHA_256 = sha256();

		static Digest of(String token) {
			try {
				MessageDigest digest = (MessageDigest) SHA_256.clone();
				ByteBuffer bytes = ByteBuffer.wrap(digest.digest(token.getBytes(StandardCharsets.ISO_8859_1)));
				return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
			}
			catch (CloneNotSupportedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private static MessageDigest sha256() {
			try {
				return MessageDigest.getInstance("SHA-256");
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
