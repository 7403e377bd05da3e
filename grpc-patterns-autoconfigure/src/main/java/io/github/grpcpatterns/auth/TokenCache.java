package io.github.grpcpatterns.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what accepted tokens proved, by their SHA-256 digest, for a while, but never
 * past their expiry.
 */
final class TokenCache {

	private final Cache<Digest, AcceptedToken> cache;

	TokenCache(long size, Duration maxAge, Ticker ticker) {
		this.cache = Caffeine.newBuilder()
			.maximumSize(size)
			.expireAfterWrite(maxAge)
			.ticker(ticker)
			.executor(Runnable::run) // upkeep is short, and calls nobody
			.build();
	}

	@Nullable AcceptedToken get(Digest digest, Instant now) {
		AcceptedToken token = this.cache.getIfPresent(digest);
		if (token == null || fresh(token, now)) {
			return token;
		}
		this.cache.invalidate(digest);
		return null;
	}

	void put(Digest digest, AcceptedToken token, Instant now) {
		if (fresh(token, now)) {
			this.cache.put(digest, token);
		}
	}

	private static boolean fresh(AcceptedToken token, Instant now) {
		return token.expiresAt() == null || now.isBefore(token.expiresAt());
	}

	/**
	 * What stands for a token, so that the cache holds none as a key.
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
