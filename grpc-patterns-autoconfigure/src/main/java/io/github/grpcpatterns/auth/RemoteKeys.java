/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache of published keys, fetched on first use and renewed from then on.
 * <ul>
 * <li>Known keys are available at once, independently of the key server: they are renewed
 * in the background every five minutes, and kept if that fails.</li>
 * <li>An unknown key causes a fetch, but at most twice in ten seconds, and not within
 * five seconds after a failure. If it may not be fetched, or the fetch does not contain
 * it, the key does not exist if the last fetch succeeded; otherwise that is unknown.</li>
 * <li>Calls wait for a fetch up to two seconds each, at most eight of them at a time. A
 * thread that must not wait passes {@link Waiting#NONE}.</li>
 * </ul>
 * Nimbus' own caching source makes every call wait for a slow server, and fetches once in
 * thirty seconds.
 */
final class RemoteKeys implements JWKSource<SecurityContext>, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RemoteKeys.class);

	private static final int MAX_WAITING = 8;

	private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long RENEW_NANOS = TimeUnit.MINUTES.toNanos(5);

	private static final long RENEW_AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final KeyFetcher fetcher;

	private final CallTimer timer;

	private final Semaphore waiting = new Semaphore(MAX_WAITING);

	private volatile @Nullable JWKSet keys;

	// what follows is guarded by this

	private @Nullable CompletableFuture<Void> fetching;

	private boolean failed;

	/** When the last fetch but one started, and the last one. */
	private long secondLastStart;

	private long lastStart;

	private int starts;

	private long notBefore;

	private @Nullable Runnable cancelRenewal;

	private boolean closed;

	RemoteKeys(KeyFetcher fetcher, CallTimer timer) {
		this.fetcher = fetcher;
		this.timer = timer;
	}

	@Override
	public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
		List<JWK> known = select(selector);
		if (!known.isEmpty()) {
			return known;
		}
		CompletableFuture<Void> fetch = fetchUnknown(selector, context != Waiting.NONE);
		if (fetch != null) {
			await(fetch);
		}
		return select(selector);
	}

	private List<JWK> select(JWKSelector selector) {
		JWKSet keys = this.keys;
		return (keys != null) ? selector.select(keys) : List.of();
	}

	/**
	 * Return the fetch to wait for, in progress or started now.
	 * @return the fetch, or {@code null} if the current keys are to be used
	 * @throws KeySourceException where they are not, and it is too early to fetch again
	 * @throws NotAtHandException where there is a fetch, and the call may not wait
	 */
	private synchronized @Nullable CompletableFuture<Void> fetchUnknown(JWKSelector selector, boolean mayWait)
			throws KeySourceException {
		long now = this.timer.nanoTime();
		if (this.fetching == null) {
			if (!select(selector).isEmpty()) {
				return null; // a fetch has just brought it
			}
			boolean tooOften = this.starts >= 2 && now - this.secondLastStart < WINDOW_NANOS;
			boolean tooEarly = this.failed && now - this.notBefore < 0;
			if (this.failed && (tooOften || tooEarly)) {
				throw unavailable();
			}
			if (tooOften) {
				return null;
			}
		}
		if (!mayWait) {
			throw new NotAtHandException();
		}
		return (this.fetching != null) ? this.fetching : fetch(now);
	}

	private synchronized CompletableFuture<Void> fetch(long now) {
		this.secondLastStart = this.lastStart;
		this.lastStart = now;
		this.starts++;
		CompletableFuture<Void> fetch = started().handle((keys, ex) -> {
			settle(keys, ex);
			if (ex != null) {
				throw new IllegalStateException("no keys");
			}
			return null;
		});
		this.fetching = fetch.isDone() ? null : fetch;
		return fetch;
	}

	private CompletableFuture<JWKSet> started() {
		try {
			return this.fetcher.fetch();
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private synchronized void settle(@Nullable JWKSet keys, @Nullable Throwable ex) {
		long now = this.timer.nanoTime();
		this.fetching = null;
		this.failed = ex != null || keys == null;
		if (!this.failed) {
			this.keys = keys;
		}
		else {
			this.notBefore = Math.max(this.lastStart + RETRY_NANOS, now + REST_NANOS);
			logger.warn("Cannot fetch keys from {}{}: {}", this.fetcher,
					(this.keys != null) ? "; the current keys stay in use" : "", text(ex));
		}
		if (this.cancelRenewal != null) {
			this.cancelRenewal.run();
			this.cancelRenewal = null;
		}
		if (this.keys != null && !this.closed) {
			this.cancelRenewal = this.timer.schedule(() -> this.timer.executor().execute(this::renew),
					this.failed ? RENEW_AFTER_FAILURE_NANOS : RENEW_NANOS);
		}
	}

	private static String text(@Nullable Throwable ex) {
		Throwable cause = (ex != null) ? HttpKeyFetcher.cause(ex) : new IllegalStateException("no keys");
		return cause.getClass().getSimpleName() + ((cause.getMessage() != null) ? " (" + cause.getMessage() + ")" : "");
	}

	private synchronized void renew() {
		if (this.fetching == null && !this.closed) {
			fetch(this.timer.nanoTime());
		}
	}

	/**
	 * Renew the keys no more. Calls that are still served find those at hand.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.cancelRenewal != null) {
			this.cancelRenewal.run();
			this.cancelRenewal = null;
		}
	}

	private void await(CompletableFuture<Void> fetch) throws KeySourceException {
		if (!this.waiting.tryAcquire()) {
			throw unavailable();
		}
		try {
			fetch.get(WAIT_NANOS, TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw unavailable();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw unavailable();
		}
		finally {
			this.waiting.release();
		}
	}

	private static KeySourceException unavailable() {
		return new KeySourceException("the source of keys does not answer");
	}

	/**
	 * Given to {@link #get} by a thread that must not wait.
	 */
	enum Waiting implements SecurityContext {

		NONE

	}

	/**
	 * The key may be in a fetch that the thread must not wait for.
	 */
	static final class NotAtHandException extends KeySourceException {

		private static final long serialVersionUID = 1L;

		NotAtHandException() {
			super("the key is not available");
		}

	}

}
