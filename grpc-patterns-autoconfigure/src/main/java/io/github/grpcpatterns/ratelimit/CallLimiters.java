package io.github.grpcpatterns.ratelimit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Override;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import org.jspecify.annotations.Nullable;

/**
 * Settles what limits the calls of a method. Methods that share a setting share the
 * buckets of its principals and peers.
 */
final class CallLimiters implements AutoCloseable {

	private static final String KEYS = "grpc-patterns:rate-limit:";

	/** How many calls at once may ask a store that blocks. */
	private static final int THREADS = 32;

	/** Waiting longer would end in the time limit anyway. */
	private static final int QUEUE = 1024;

	private final RateLimitServerProperties properties;

	private final MethodOverrides<Override> overrides;

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
		this.properties = properties;
		this.overrides = properties.methodOverrides();
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
	 * Settle a method.
	 * @param method the full name of the method
	 * @return what limits its calls
	 */
	CallLimiter of(String method) {
		Settled settled = settled(method);
		if (!settled.limits()) {
			return CallLimiter.NONE;
		}
		Per per = settled.per.value();
		CallRate rate = settled.rate();
		Scope scope = new Scope((per == Per.METHOD) ? method : settled.callsPerSecond.property(), rate, per);
		CallLimiter local = this.local.computeIfAbsent(scope, (key) -> new LocalLimiter(rate, per, this.timer));
		return (this.shared != null) ? shared(this.shared, settled, scope, local) : local;
	}

	private CallLimiter shared(ProxyManager<String> shared, Settled settled, Scope scope, CallLimiter local) {
		SharedStore store = this.stores.computeIfAbsent(settled.storeTimeout.value(),
				(limit) -> new SharedStore(shared, limit, this.timer, this.threads));
		return new SharedLimiter(store, scope.rate(), scope.key(this.application), scope.per(),
				(settled.onStoreFailure.value() == OnStoreFailure.LOCAL) ? local : null);
	}

	private Settled settled(String method) {
		boolean everyone = !InfrastructureMethods.contains(method);
		RateLimitServerProperties defaults = this.properties;
		return new Settled(
				this.overrides.setting(method, "calls-per-second", Override::callsPerSecond,
						everyone ? defaults.callsPerSecond() : 0.0, everyone),
				this.overrides.setting(method, "burst", Override::burst, defaults.burst(), everyone),
				this.overrides.setting(method, "per", Override::per, defaults.per(), everyone),
				this.overrides.setting(method, "store-timeout", Override::storeTimeout, defaults.storeTimeout(),
						everyone),
				this.overrides.setting(method, "on-store-failure", Override::onStoreFailure, defaults.onStoreFailure(),
						everyone));
	}

	/**
	 * Return the settings of a method, for those who show them.
	 */
	Map<String, Setting<?>> settings(String method) {
		Settled settled = settled(method);
		Map<String, Setting<?>> settings = new LinkedHashMap<>();
		if (!InfrastructureMethods.contains(method) || settled.callsPerSecond.overridden()) {
			settings.put("calls-per-second", settled.callsPerSecond);
		}
		if (settled.limits()) {
			settings.put("burst", new Setting<>(settled.rate().burst(), settled.burst.property()));
			settings.put("per", settled.per);
			if (this.shared != null) {
				settings.put("store-timeout", settled.storeTimeout);
				settings.put("on-store-failure", settled.onStoreFailure);
			}
		}
		return settings;
	}

	@java.lang.Override
	public void close() {
		if (this.threads != null) {
			this.threads.shutdown();
		}
	}

	private record Settled(Setting<Double> callsPerSecond, Setting<Long> burst, Setting<Per> per,
			Setting<Duration> storeTimeout, Setting<OnStoreFailure> onStoreFailure) {

		boolean limits() {
			return this.callsPerSecond.value() > 0;
		}

		CallRate rate() {
			return CallRate.of(this.callsPerSecond.value(), this.burst.value());
		}

	}

	/**
	 * What buckets belong to.
	 *
	 * @param name the method, or the property that decided for principals and peers
	 * @param rate the rate; a bucket of another one is another bucket
	 * @param per who has a bucket
	 */
	private record Scope(String name, CallRate rate, Per per) {

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
