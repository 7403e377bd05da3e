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
import io.github.grpcpatterns.testing.ManualTimer;
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

	private final ManualTimer timer = new ManualTimer();

	private final AtomicInteger fetches = new AtomicInteger();

	private volatile CompletableFuture<JWKSet> answer = keys(OLD);

	private final RemoteKeys keys = new RemoteKeys(() -> {
		this.fetches.incrementAndGet();
		return this.answer;
	}, this.timer);

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
			this.timer.advance(Duration.ofMillis(100));
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
		this.timer.advance(Duration.ofMillis(4900));
		isUnavailable(OLD.getKeyID());
		this.timer.advance(Duration.ofMillis(100));
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(this.fetches).hasValue(2);
	}

	@Test
	void knownKeysOutliveAnOutage() throws Exception {
		get(OLD);
		this.answer = outage();
		this.timer.advance(Duration.ofMinutes(5));
		assertThat(this.fetches).as("renewed ahead").hasValue(2);
		this.timer.advance(Duration.ofHours(3));
		int before = this.fetches.get();
		assertThat(get(OLD)).containsExactly(OLD);
		assertThat(this.fetches).hasValue(before);
		isUnavailable("unknown");
	}

	@Test
	void keysAreRenewedWithoutACallWaiting() throws Exception {
		get(OLD);
		this.answer = keys(NEW);
		this.timer.advance(Duration.ofMinutes(5));
		assertThat(this.fetches).hasValue(2);
		assertThat(get(NEW)).containsExactly(NEW);
		assertThat(get(OLD)).as("withdrawn").isEmpty();
	}

	@Test
	void renewalIsTriedAgainSoonerAfterAFailure() throws Exception {
		get(OLD);
		this.answer = outage();
		this.timer.advance(Duration.ofMinutes(5));
		this.answer = keys(NEW);
		this.timer.advance(Duration.ofSeconds(30));
		assertThat(get(NEW)).containsExactly(NEW);
		assertThat(this.timer.scheduled()).as("one renewal at a time").containsExactly(Duration.ofMinutes(5));
	}

	@Test
	void knownKeysDoNotWaitWhileAFetchHangs() throws Exception {
		get(OLD);
		this.answer = new CompletableFuture<>();
		this.timer.advance(Duration.ofMinutes(5));
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
		RemoteKeys keys = new RemoteKeys(() -> {
			throw new IllegalStateException("no client");
		}, this.timer);
		assertThatExceptionOfType(KeySourceException.class)
			.isThrownBy(() -> keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null));
	}

}
