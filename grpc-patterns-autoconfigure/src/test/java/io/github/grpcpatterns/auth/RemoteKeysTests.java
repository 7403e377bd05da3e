/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.PolicyClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RemoteKeys}.
 */
class RemoteKeysTests {

	private static final JWK OLD = Tokens.RSA.toPublicJWK();

	private static final JWK NEW = Tokens.EC.toPublicJWK();

	private final PolicyClock clock = new PolicyClock();

	private final AtomicInteger fetches = new AtomicInteger();

	private volatile CompletableFuture<JWKSet> answer = keys(OLD);

	private final RemoteKeys keys = new RemoteKeys(() -> {
		this.fetches.incrementAndGet();
		return this.answer;
	}, this.clock);

	private static CompletableFuture<JWKSet> keys(JWK... keys) {
		return CompletableFuture.completedFuture(new JWKSet(List.of(keys)));
	}

	private static CompletableFuture<JWKSet> outage() {
		return CompletableFuture.failedFuture(new java.io.IOException("down"));
	}

	private List<JWK> get(JWK key) throws KeySourceException {
		return get(key.getKeyID());
	}

	private List<JWK> get(String id) throws KeySourceException {
		return this.keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(id).build()), null);
	}

	private void isUnavailable(String id) {
		assertThatExceptionOfType(KeySourceException.class).isThrownBy(() -> get(id));
	}

	private void awaitFetches(int count) {
		Awaitility.await().until(() -> this.fetches.get() >= count);
	}

	/**
	 * Wait until the renewal that was due is over, and one other is scheduled.
	 */
	private void awaitRenewal(Duration next) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.clock.scheduled()).as("one renewal at a time").containsExactly(next));
	}

	@Test
	void keysAreFetchedAtFirstUse() throws Exception {
		assertThat(this.fetches).hasValue(0);
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(this.fetches).hasValue(1);
	}

	@Test
	void unknownKeyIsLookedForAtOnce() throws Exception {
		get(OLD);
		this.answer = keys(OLD, NEW);
		assertThat(get(NEW)).containsExactly(NEW);
		assertThat(this.fetches).hasValue(2);
	}

	@Test
	void unknownKeysAreFetchedTwiceInTenSecondsAtMost() throws Exception {
		for (int i = 0; i < 20; i++) {
			assertThat(get("unknown" + i)).as("the last fetch succeeded").isEmpty();
		}
		assertThat(this.fetches).hasValue(2);
		for (int i = 0; i < 600; i++) {
			this.clock.advance(Duration.ofMillis(100));
			get("unknown" + i);
		}
		assertThat(this.fetches).as("in 60 s").hasValueBetween(12, 14);
	}

	@Test
	void afterAFailureNobodyCanTellAndItIsTriedAgainSoon() throws Exception {
		this.answer = outage();
		isUnavailable("any");
		isUnavailable("any");
		assertThat(this.fetches).hasValue(1);
		this.answer = keys(OLD);
		this.clock.advance(Duration.ofMillis(4900));
		isUnavailable(OLD.getKeyID());
		this.clock.advance(Duration.ofMillis(100));
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(this.fetches).hasValue(2);
	}

	@Test
	void knownKeysOutliveAnOutage() throws Exception {
		get(OLD);
		this.answer = outage();
		this.clock.advance(Duration.ofMinutes(5));
		awaitFetches(2);
		awaitRenewal(Duration.ofSeconds(30));
		this.clock.advance(Duration.ofHours(3));
		awaitFetches(3);
		assertThat(get(OLD)).containsExactly(OLD);
		isUnavailable("unknown");
	}

	@Test
	void keysAreRenewedWithoutACallWaiting() throws Exception {
		get(OLD);
		this.answer = keys(NEW);
		this.clock.advance(Duration.ofMinutes(5));
		awaitRenewal(Duration.ofMinutes(5));
		assertThat(this.fetches).hasValue(2);
		assertThat(get(NEW)).containsExactly(NEW);
		assertThat(get(OLD)).as("withdrawn").isEmpty();
	}

	@Test
	void renewalIsTriedAgainSoonerAfterAFailure() throws Exception {
		get(OLD);
		this.answer = outage();
		this.clock.advance(Duration.ofMinutes(5));
		awaitRenewal(Duration.ofSeconds(30));
		this.answer = keys(NEW);
		this.clock.advance(Duration.ofSeconds(30));
		awaitRenewal(Duration.ofMinutes(5));
		assertThat(get(NEW)).containsExactly(NEW);
	}

	@Test
	void knownKeysDoNotWaitWhileAFetchHangs() throws Exception {
		get(OLD);
		this.answer = new CompletableFuture<>();
		this.clock.advance(Duration.ofMinutes(5));
		awaitFetches(2);
		long start = System.nanoTime();
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
	}

	@Test
	void eightCallsWaitTwoSecondsAndTheOthersNotAtAll() throws Exception {
		this.answer = new CompletableFuture<>();
		ExecutorService pool = Executors.newCachedThreadPool();
		try {
			long start = System.nanoTime();
			List<Future<?>> waiting = new ArrayList<>();
			AtomicInteger asked = new AtomicInteger();
			AtomicInteger refused = new AtomicInteger();
			for (int i = 0; i < 20; i++) {
				waiting.add(pool.submit(() -> {
					asked.incrementAndGet();
					isUnavailable("any");
					refused.incrementAndGet();
				}));
			}
			Awaitility.await().atMost(Duration.ofMillis(1500)).until(() -> asked.get() == 20 && refused.get() == 12);
			for (Future<?> call : waiting) {
				call.get();
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(1900),
					Duration.ofSeconds(8));
			assertThat(this.fetches).hasValue(1);
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void callsThatWaitShareTheFetch() throws Exception {
		CompletableFuture<JWKSet> slow = new CompletableFuture<>();
		this.answer = slow;
		ExecutorService pool = Executors.newCachedThreadPool();
		try {
			List<Future<List<JWK>>> waiting = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				waiting.add(pool.submit(() -> get(OLD)));
			}
			Awaitility.await().until(() -> this.fetches.get() == 1);
			slow.complete(new JWKSet(OLD));
			for (Future<List<JWK>> call : waiting) {
				assertThat(call.get()).containsExactly(OLD);
			}
			assertThat(this.fetches).hasValue(1);
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void fetcherThatThrowsHasFailed() {
		fails(() -> {
			throw new IllegalStateException("no client");
		});
		fails(() -> {
			throw new NoClassDefFoundError("no client");
		});
	}

	private void fails(KeyFetcher fetcher) {
		RemoteKeys keys = new RemoteKeys(fetcher, this.clock);
		assertThatExceptionOfType(KeySourceException.class)
			.isThrownBy(() -> keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null));
	}

	@Test
	void whoMustNotWaitIsToldWhereAFetchCouldTell() throws Exception {
		isNotAtHand(OLD);
		assertThat(this.fetches).as("not started for it either").hasValue(0);
		get(OLD);
		assertThat(getWithoutWaiting(OLD)).containsExactly(OLD);
		isNotAtHand(NEW);
		this.answer = new CompletableFuture<>();
		this.clock.advance(Duration.ofMinutes(5));
		awaitFetches(2);
		isNotAtHand(NEW);
		assertThat(getWithoutWaiting(OLD)).containsExactly(OLD);
	}

	@Test
	void whoMustNotWaitGetsTheAnswerWhereItIsTooEarlyForAFetch() throws Exception {
		get("unknown1");
		get("unknown2");
		assertThat(getWithoutWaiting(NEW)).as("the last fetch succeeded").isEmpty();
		this.answer = outage();
		this.clock.advance(Duration.ofSeconds(10));
		isUnavailable("unknown3");
		assertThatExceptionOfType(KeySourceException.class).isThrownBy(() -> getWithoutWaiting(NEW))
			.isNotInstanceOf(RemoteKeys.NotAtHandException.class);
	}

	private List<JWK> getWithoutWaiting(JWK key) throws KeySourceException {
		return this.keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(key.getKeyID()).build()),
				RemoteKeys.Waiting.NONE);
	}

	private void isNotAtHand(JWK key) {
		assertThatExceptionOfType(RemoteKeys.NotAtHandException.class).isThrownBy(() -> getWithoutWaiting(key));
	}

	@Test
	void keysAreRenewedNoMoreWhenTheApplicationIsClosed() throws Exception {
		get(OLD);
		this.keys.close();
		assertThat(this.clock.scheduled()).isEmpty();
		this.answer = keys(OLD, NEW);
		assertThat(get(NEW)).as("for calls that are still served").containsExactly(NEW);
		assertThat(this.clock.scheduled()).isEmpty();
	}

	@Test
	void keysAreRenewedNoMoreWhenTheTimerIsClosed() throws Exception {
		SharedCallTimer closed = TestCalls.sharedTimer();
		closed.close();
		RemoteKeys keys = new RemoteKeys(() -> {
			this.fetches.incrementAndGet();
			return keys(OLD);
		}, closed);
		keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(OLD.getKeyID()).build()), null);
		Awaitility.await()
			.during(Duration.ofMillis(200))
			.atMost(Duration.ofSeconds(5))
			.until(() -> this.fetches.get() == 1);
	}

}
