package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.Settings;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * The settings as they hold for one method.
 *
 * @param waits how often, and after which waits
 * @param codes the codes after which a call may be retried
 * @param idempotent whether the method may run twice without harm
 * @param idempotentOnly whether only an idempotent method is retried
 * @param attemptTimeoutNanos the time of an attempt, {@link Long#MAX_VALUE} for none
 * @param bufferLimit the bytes kept of a call, {@link Long#MAX_VALUE} for no limit
 * @param retry what says go or no-go, and keeps events and meters
 */
record RetryPolicy(RetryWaits waits, Set<Status.Code> codes, boolean idempotent, boolean idempotentOnly,
		long attemptTimeoutNanos, long bufferLimit, Retry retry) {

	static RetryPolicy of(MethodDescriptor<?, ?> method, RetryClientProperties defaults,
			MethodOverrides<RetryClientProperties.MethodSettings> overrides, RetryRegistry registry) {
		return of(method, defaults, new Settled(method.getFullMethodName(), overrides),
				(config) -> registry.retry(method.getFullMethodName(), config));
	}

	/**
	 * Return the settings as they hold for a method, by name, for those who look.
	 */
	static Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method, RetryClientProperties defaults,
			MethodOverrides<RetryClientProperties.MethodSettings> overrides) {
		Settled settled = new Settled(method.getFullMethodName(), overrides);
		of(method, defaults, settled, (config) -> Retry.of(method.getFullMethodName(), config));
		return settled.settings;
	}

	private static RetryPolicy of(MethodDescriptor<?, ?> method, RetryClientProperties defaults, Settled settled,
			Function<RetryConfig, Retry> retry) {
		int maxAttempts = settled.get("max-attempts", RetryClientProperties.MethodSettings::maxAttempts,
				defaults.maxAttempts());
		List<Status.Code> codes = settled.get("codes", RetryClientProperties.MethodSettings::codes, defaults.codes());
		Duration maxBackoff = settled.get("max-backoff", RetryClientProperties.MethodSettings::maxBackoff,
				defaults.maxBackoff());
		RetryConfig config = RetryConfig.custom()
			.maxAttempts(maxAttempts)
			.retryOnException((ex) -> ex instanceof AttemptFailure failure && failure.again())
			.intervalBiFunction((attempt, result) -> (result.getLeft() instanceof AttemptFailure failure)
					? failure.waitMillis() : 0L)
			.build();
		RetryWaits waits = new RetryWaits(maxAttempts,
				millis(settled.get("initial-backoff", RetryClientProperties.MethodSettings::initialBackoff,
						defaults.initialBackoff())),
				settled.get("multiplier", RetryClientProperties.MethodSettings::multiplier, defaults.multiplier()),
				maxBackoff.isZero() ? Double.MAX_VALUE : millis(maxBackoff),
				settled.get("jitter", RetryClientProperties.MethodSettings::jitter, defaults.jitter()));
		return new RetryPolicy(waits, codes.isEmpty() ? EnumSet.noneOf(Status.Code.class) : EnumSet.copyOf(codes),
				settled.idempotent(method),
				settled.get("idempotent-only", RetryClientProperties.MethodSettings::idempotentOnly,
						defaults.idempotentOnly()),
				Settings.nanosOrNone(settled.get("attempt-timeout",
						RetryClientProperties.MethodSettings::attemptTimeout, defaults.attemptTimeout())),
				bytes(settled.get("buffer-limit", RetryClientProperties.MethodSettings::bufferLimit,
						defaults.bufferLimit())),
				retry.apply(config));
	}

	/**
	 * Return whether there may be a second attempt at all.
	 */
	boolean repeats() {
		return this.waits.maxAttempts() > 1;
	}

	static long bytes(DataSize limit) {
		return (limit.toBytes() == 0) ? Long.MAX_VALUE : limit.toBytes();
	}

	private static double millis(Duration duration) {
		return duration.getSeconds() * 1e3 + duration.getNano() / 1e6;
	}

	/**
	 * Settles the settings of one method, and keeps what decided each.
	 */
	private static final class Settled {

		/** Of the method's proto, which no property stands behind. */
		private static final String PROTO_OPTION = "idempotency_level";

		private final String method;

		private final MethodOverrides<RetryClientProperties.MethodSettings> overrides;

		private final Map<String, Setting<?>> settings = new LinkedHashMap<>();

		Settled(String method, MethodOverrides<RetryClientProperties.MethodSettings> overrides) {
			this.method = method;
			this.overrides = overrides;
		}

		<V> V get(String name, Function<RetryClientProperties.MethodSettings, ? extends @Nullable V> setting,
				V defaultValue) {
			return keep(name, this.overrides.setting(this.method, name, setting, defaultValue));
		}

		boolean idempotent(MethodDescriptor<?, ?> descriptor) {
			Setting<Boolean> setting = this.overrides.setting(this.method, "idempotent",
					RetryClientProperties.MethodSettings::idempotent, descriptor.isIdempotent() || descriptor.isSafe());
			return keep("idempotent", setting.overridden() ? setting : new Setting<>(setting.value(), PROTO_OPTION));
		}

		private <V> V keep(String name, Setting<V> setting) {
			this.settings.put(name, setting);
			return setting.value();
		}

	}

}
