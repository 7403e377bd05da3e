/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.TokenRate;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import org.jspecify.annotations.Nullable;

/**
 * Creates the limiter of a method's calls. Methods that share a setting share the buckets
 * of its principals and peers.
 */
final class CallLimiters implements AutoCloseable {

	private static final String KEYS = "grpc-patterns:rate-limit:";

	/** How many calls at once may ask a store that blocks. */
	private static final int THREADS = 32;

	/** Waiting longer would end in the time limit anyway. */
	private static final int QUEUE = 1024;

	private final MethodSettings<RateLimitServerPolicy> settings;

	private final CallTimer timer;

	private final String application;

	private final @Nullable ProxyManager<String> shared;

	private final @Nullable ThreadPoolExecutor threads;

	private final Map<Scope, CallLimiter> local = new ConcurrentHashMap<>();

	private final Map<Duration, SharedStore> stores = new ConcurrentHashMap<>();

	/**
	 * Create it.
	 * @param properties the settings
	 * @param timer the timer
	 * @param application the name of the application, so that others may use the same
	 * store
	 * @param shared the shared buckets, {@code null} where each process has its own
	 */
	CallLimiters(RateLimitServerProperties properties, CallTimer timer, String application,
			@Nullable ProxyManager<String> shared) {
		this.settings = MethodSettings.server(properties.methodOverrides(),
				(lookup) -> RateLimitServerPolicy.of(lookup, properties, shared != null));
		this.timer = timer;
		this.application = application;
		this.shared = shared;
		this.threads = (shared != null && !shared.isAsyncModeSupported()) ? threads() : null;
	}

	private static ThreadPoolExecutor threads() {
		ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(QUEUE), (task) -> {
					Thread thread = new Thread(task, "grpc-patterns-rate-limit");
					thread.setDaemon(true);
					return thread;
				});
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

	/**
	 * Return the settings by method, for those who show them.
	 */
	MethodSettings<RateLimitServerPolicy> settings() {
		return this.settings;
	}

	/**
	 * Return what limits the calls of each method.
	 */
	PerMethod<CallLimiter> perMethod() {
		return this.settings.perMethod(this::limiter);
	}

	private CallLimiter limiter(String method, RateLimitServerPolicy policy) {
		TokenRate rate = policy.rate();
		if (rate == null) {
			return CallLimiter.NONE;
		}
		Per per = policy.per();
		Scope scope = new Scope((per == Per.METHOD) ? method : policy.property(), rate, per);
		CallLimiter local = this.local.computeIfAbsent(scope, (key) -> new LocalLimiter(rate, per, this.timer));
		return (this.shared != null) ? shared(this.shared, policy, scope, local) : local;
	}

	private CallLimiter shared(ProxyManager<String> shared, RateLimitServerPolicy policy, Scope scope,
			CallLimiter local) {
		SharedStore store = this.stores.computeIfAbsent(policy.storeTimeout(),
				(limit) -> new SharedStore(shared, limit, this.timer, this.threads));
		return new SharedLimiter(store, scope.rate(), scope.key(this.application), scope.per(),
				(policy.onStoreFailure() == OnStoreFailure.LOCAL) ? local : null);
	}

	@Override
	public void close() {
		if (this.threads != null) {
			this.threads.shutdown();
		}
	}

	/**
	 * The owner of buckets.
	 *
	 * @param name the method, or the deciding property for principals and peers
	 * @param rate the rate; a bucket of another one is another bucket
	 * @param per who has a bucket
	 */
	private record Scope(String name, TokenRate rate, Per per) {

		String key(String application) {
			String key = KEYS + application + ":" + this.rate + ":";
			if (this.per == Per.METHOD) {
				return key + "method:" + this.name;
			}
			int start = RateLimitServerProperties.PREFIX.length() + 1;
			int end = this.name.lastIndexOf('.');
			return key + ((end > start) ? this.name.substring(start, end) : "default") + ":";
		}

	}

}
