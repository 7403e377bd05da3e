/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedStore} and {@link SharedLimiter}.
 */
class SharedStoreTests {

	private static final String PING = PingServiceGrpc.getPingMethod().getFullMethodName();

	private static RateLimitServerProperties properties(double callsPerSecond, long burst, Per per,
			Duration storeTimeout, OnStoreFailure onStoreFailure) {
		return new RateLimitServerProperties(true, callsPerSecond, burst, per, storeTimeout, onStoreFailure, List.of());
	}

	private static long acquire(CallLimiters limiters, String principal) {
		io.github.grpcpatterns.internal.call.CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(),
				new InetSocketAddress("10.0.0.1", 1));
		if (principal != null) {
			call.principal(principal);
		}
		return limiters.perMethod().get(Methods.named(PING)).acquire(call);
	}

	private static int passes(CallLimiters limiters, int tries) {
		int passes = 0;
		for (int i = 0; i < tries; i++) {
			passes += (acquire(limiters, "alice") == 0) ? 1 : 0;
		}
		return passes;
	}

	/**
	 * With a Redis of our own.
	 */
	@Nested
	class WithRedis {

		private static final long BURST = 5;

		private final CallTimer timer = TestCalls.sharedTimer();

		private final List<RedisClient> clients = new ArrayList<>();

		private int port;

		private RedisServer redis;

		@BeforeEach
		void start() throws IOException {
			try (ServerSocket socket = new ServerSocket(0)) {
				this.port = socket.getLocalPort();
			}
			startRedis();
		}

		private void startRedis() throws IOException {
			this.redis = RedisServer.newRedisServer().port(this.port).bind("127.0.0.1").setting("save \"\"").build();
			this.redis.start();
		}

		@AfterEach
		void stop() throws IOException {
			this.clients.forEach((client) -> client.shutdown(Duration.ZERO, Duration.ofSeconds(5)));
			this.redis.stop();
		}

		private RedisClient client() {
			RedisClient client = RedisClient.create("redis://127.0.0.1:" + this.port);
			this.clients.add(client);
			return client;
		}

		private ProxyManager<String> strings() {
			return Bucket4jLettuce
				.casBasedBuilder(client().connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)))
				.expirationAfterWrite(
						ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofSeconds(10)))
				.build();
		}

		private ProxyManager<String> bytes() {
			return Bucket4jLettuce.casBasedBuilder(client())
				.build()
				.withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8));
		}

		private CallLimiters limiters(ProxyManager<String> manager, Per per, OnStoreFailure onStoreFailure) {
			return new CallLimiters(properties(0.001, BURST, per, Duration.ofSeconds(2), onStoreFailure), this.timer,
					"app", manager);
		}

		@Test
		void twoInstancesShareOneLimitWhateverTheTypeOfTheirKeys() {
			for (Per per : Per.values()) {
				CallLimiters one = limiters(strings(), per, OnStoreFailure.REJECT);
				CallLimiters other = limiters(bytes(), per, OnStoreFailure.REJECT);
				assertThat(passes(one, 3)).isEqualTo(3);
				assertThat(passes(other, 10)).isEqualTo(2);
				assertThat(acquire(one, "alice")).isBetween(1L, TimeUnit.SECONDS.toNanos(1000));
			}
			List<String> keys = client().connect().sync().keys("*");
			assertThat(keys).containsExactlyInAnyOrder(
					"grpc-patterns:rate-limit:app:1/1000s/5:method:grpcpatterns.testing.v1.PingService/Ping",
					"grpc-patterns:rate-limit:app:1/1000s/5:default:principal:alice",
					"grpc-patterns:rate-limit:app:1/1000s/5:default:peer:10.0.0.1");
		}

		@Test
		void manyCallsAtOnceGetNoMoreThanTheLimit() throws Exception {
			CallLimiters one = limiters(strings(), Per.METHOD, OnStoreFailure.REJECT);
			CallLimiters other = limiters(strings(), Per.METHOD, OnStoreFailure.REJECT);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			List<Future<Integer>> passes = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				CallLimiters limiters = (i % 2 == 0) ? one : other;
				passes.add(threads.submit(() -> passes(limiters, 5)));
			}
			int sum = 0;
			for (Future<Integer> each : passes) {
				sum += each.get(20, TimeUnit.SECONDS);
			}
			threads.shutdownNow();
			assertThat(sum).isEqualTo((int) BURST);
		}

		@Test
		void whileTheStoreIsDownEachInstanceHoldsTheRateForItselfAndThenTogetherAgain() throws IOException {
			CallLimiters one = limiters(strings(), Per.METHOD, OnStoreFailure.LOCAL);
			CallLimiters other = limiters(strings(), Per.METHOD, OnStoreFailure.LOCAL);
			assertThat(passes(one, 10) + passes(other, 10)).isEqualTo(5);
			try (CapturedLog log = new CapturedLog(SharedStore.class.getName())) {
				this.redis.stop();
				assertThat(passes(one, 10)).isEqualTo(5);
				assertThat(passes(other, 10)).isEqualTo(5);
				startRedis();
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.until(() -> acquire(one, null) >= 0 && acquire(other, null) >= 0
							&& log.events()
								.stream()
								.map(ILoggingEvent::getFormattedMessage)
								.filter("The shared store of rate limits works again"::equals)
								.count() == 2);
			}
			// The store has lost everything; what is left of the new bucket they share.
			assertThat(passes(one, 10) + passes(other, 10)).isLessThanOrEqualTo(5);
		}

		@Test
		void aStoreThatStallsHoldsOneCallForTheTimeLimitAndIsAskedAgainLater() {
			RateLimitServerProperties properties = properties(0.001, BURST, Per.METHOD, Duration.ofMillis(250),
					OnStoreFailure.LOCAL);
			CallLimiters limiters = new CallLimiters(properties, this.timer, "app", strings());
			Awaitility.await().until(() -> acquire(limiters, null) != 0); // all permits
																			// taken
			try (CapturedLog log = new CapturedLog(SharedStore.class.getName())) {
				client().connect().async().clientPause(2000);
				Awaitility.await().until(() -> {
					long start = System.nanoTime();
					acquire(limiters, null);
					return System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(250);
				});
				long start = System.nanoTime();
				int passes = passes(limiters, 50);
				assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));
				assertThat(passes).isPositive();
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
					acquire(limiters, null);
					return log.events().size() == 2;
				});
				assertThat(log.events()).extracting(ILoggingEvent::getFormattedMessage)
					.containsExactly(
							"The shared store of rate limits fails: "
									+ "java.util.concurrent.TimeoutException: no answer within PT0.25S",
							"The shared store of rate limits works again");
			}
			assertThat(acquire(limiters, null)).isPositive();
		}

		@Test
		void whileTheStoreIsDownCallsAreRefusedWhereThatIsAskedFor() throws IOException {
			CallLimiters limiters = limiters(strings(), Per.METHOD, OnStoreFailure.REJECT);
			assertThat(acquire(limiters, null)).isZero();
			this.redis.stop();
			assertThat(acquire(limiters, null)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
			assertThat(passes(limiters, 100)).isZero();
			startRedis();
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> acquire(limiters, null) == 0);
		}

	}

	/**
	 * With a store that does what the test wants.
	 */
	@Nested
	class WithAFake {

		private final PolicyClock timer = new PolicyClock();

		private CallLimiters limiters(FakeStore store, Duration timeout, OnStoreFailure onStoreFailure) {
			return new CallLimiters(properties(1, 2, Per.METHOD, timeout, onStoreFailure), this.timer, "", store);
		}

		@Test
		void aStoreIsAskedOnTheThreadOfTheCallOnly() {
			FakeStore store = new FakeStore(true);
			store.fail(new IllegalStateException("down"));
			try (CallLimiters limiters = limiters(store, Duration.ofMillis(50), OnStoreFailure.LOCAL)) {
				RateLimitServerAdmission admission = new RateLimitServerAdmission(limiters.perMethod());
				CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), null);
				call.identified();
				assertThat(admission.decide(call, new Metadata(), Effort.LOOK_UP)).isNull();
				assertThat(admission.decide(call, new Metadata(), Effort.COMPUTE)).isNull();
				assertThat(store.asked).hasValue(0);
				assertThat(admission.decide(call, new Metadata(), Effort.WAIT)).isZero();
				assertThat(store.asked).hasValue(1);
			}
		}

		@Test
		void aStoreThatHangsHoldsACallForTheTimeLimitAndTheNextOnesNot() {
			for (boolean async : new boolean[] { true, false }) {
				FakeStore store = new FakeStore(async);
				try (CallLimiters limiters = limiters(store, Duration.ofMillis(50), OnStoreFailure.LOCAL)) {
					long start = System.nanoTime();
					assertThat(passes(limiters, 100)).isEqualTo(2);
					assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(50),
							Duration.ofSeconds(2));
					assertThat(store.asked).hasValue(1);
				}
			}
		}

		@Test
		void afterAPauseOneCallFindsOutWhetherTheStoreIsBackAndPausesGrow() {
			FakeStore store = new FakeStore(true);
			store.fail(new IllegalStateException("down"));
			try (CapturedLog log = new CapturedLog(SharedStore.class.getName());
					CallLimiters limiters = limiters(store, Duration.ofMillis(250), OnStoreFailure.REJECT)) {
				assertThat(passes(limiters, 10)).isZero();
				assertThat(store.asked).hasValue(1);
				int asked = 1;
				for (int pause : new int[] { 100, 200, 400, 800, 1600, 2000, 2000 }) {
					this.timer.advance(Duration.ofMillis(pause - 1));
					assertThat(passes(limiters, 10)).isZero();
					assertThat(store.asked).hasValue(asked);
					this.timer.advance(Duration.ofMillis(1));
					assertThat(passes(limiters, 10)).isZero();
					assertThat(store.asked).hasValue(++asked);
				}
				assertThat(log.events()).singleElement()
					.satisfies((event) -> assertThat(event.getFormattedMessage())
						.isEqualTo("The shared store of rate limits fails: java.lang.IllegalStateException: down"));
			}
		}

		@Test
		void whileOneCallFindsOutTheOthersDoNotWait() throws Exception {
			FakeStore store = new FakeStore(true);
			store.fail(new IllegalStateException("down"));
			try (CallLimiters limiters = limiters(store, Duration.ofSeconds(20), OnStoreFailure.REJECT)) {
				assertThat(acquire(limiters, null)).isPositive();
				this.timer.advance(Duration.ofMillis(100));
				store.fail(null);
				CompletableFuture<Long> trial = CompletableFuture.supplyAsync(() -> acquire(limiters, null));
				Awaitility.await().until(() -> store.asked.get() == 2);
				assertThat(passes(limiters, 10)).isZero();
				assertThat(store.asked).hasValue(2);
				store.pending.completeExceptionally(new IllegalStateException("still down"));
				assertThat(trial.get(10, TimeUnit.SECONDS)).isPositive();
			}
		}

		@Test
		void anAnswerFromBeforeTheFailureDoesNotMeanThatTheStoreIsBack() throws Exception {
			FakeStore store = new FakeStore(true);
			try (CapturedLog log = new CapturedLog(SharedStore.class.getName());
					CallLimiters limiters = limiters(store, Duration.ofSeconds(20), OnStoreFailure.REJECT)) {
				CompletableFuture<Object> slow = store.pending;
				CompletableFuture<Long> early = CompletableFuture.supplyAsync(() -> acquire(limiters, null));
				Awaitility.await().until(() -> store.asked.get() == 1);
				store.fail(new IllegalStateException("down"));
				assertThat(acquire(limiters, null)).isPositive();
				slow.complete(ConsumptionProbe.consumed(1, 1));
				assertThat(early.get(10, TimeUnit.SECONDS)).isZero();
				assertThat(passes(limiters, 10)).isZero();
				assertThat(store.asked).hasValue(2);
				assertThat(log.events()).singleElement()
					.satisfies((event) -> assertThat(event.getFormattedMessage()).contains("fails: "));
			}
		}

		@Test
		void aStoreThatThrowsWhereItIsAskedFailsToo() {
			for (boolean async : new boolean[] { true, false }) {
				FakeStore store = new FakeStore(async);
				store.broken = true;
				try (CallLimiters limiters = limiters(store, Duration.ofSeconds(10), OnStoreFailure.LOCAL)) {
					assertThat(passes(limiters, 10)).isEqualTo(2);
					assertThat(store.asked).hasValue(1);
				}
			}
		}

		@Test
		void anInterruptedCallDoesNotCountAsAFailureOfTheStore() throws Exception {
			FakeStore store = new FakeStore(true);
			try (CallLimiters limiters = limiters(store, Duration.ofSeconds(20), OnStoreFailure.LOCAL)) {
				CountDownLatch interrupted = new CountDownLatch(1);
				Thread thread = new Thread(() -> {
					if (acquire(limiters, null) == 0 && Thread.currentThread().isInterrupted()) {
						interrupted.countDown();
					}
				});
				thread.start();
				Awaitility.await().until(() -> store.asked.get() == 1);
				thread.interrupt();
				assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
				store.fail(new IllegalStateException("down"));
				acquire(limiters, null);
				assertThat(store.asked).hasValue(2);
			}
		}

	}

	/**
	 * Hangs, fails or throws, and counts how often it is asked.
	 */
	private static final class FakeStore implements ProxyManager<String> {

		final AtomicInteger asked = new AtomicInteger();

		private final boolean async;

		volatile boolean broken;

		volatile CompletableFuture<Object> pending = new CompletableFuture<>();

		FakeStore(boolean async) {
			this.async = async;
		}

		void fail(Exception failure) {
			this.pending = new CompletableFuture<>();
			if (failure != null) {
				this.pending.completeExceptionally(failure);
			}
		}

		@Override
		public RemoteBucketBuilder<String> builder() {
			return proxy(RemoteBucketBuilder.class);
		}

		@Override
		public AsyncProxyManager<String> asAsync() {
			return proxy(AsyncProxyManager.class);
		}

		/**
		 * Builders return themselves or a bucket, and a bucket what is pending.
		 */
		@SuppressWarnings("unchecked")
		private <T> T proxy(Class<?> type) {
			return (T) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> {
						if (!method.getName().equals("tryConsumeAndReturnRemaining")) {
							return proxy(method.getReturnType());
						}
						this.asked.incrementAndGet();
						if (this.broken) {
							throw new IllegalStateException("broken");
						}
						return this.async ? this.pending : this.pending.get();
					});
		}

		@Override
		public boolean isAsyncModeSupported() {
			return this.async;
		}

		@Override
		public Optional<io.github.bucket4j.BucketConfiguration> getProxyConfiguration(String key) {
			return Optional.empty();
		}

		@Override
		public void removeProxy(String key) {
		}

	}

}
