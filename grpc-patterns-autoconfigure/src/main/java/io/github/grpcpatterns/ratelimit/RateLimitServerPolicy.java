/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.time.Duration;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.TokenRate;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Override;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import org.jspecify.annotations.Nullable;

/**
 * The rate limit of one method.
 *
 * @param rate the rate, {@code null} for no limit
 * @param property the property that set the rate
 * @param per the scope of the rate
 * @param storeTimeout the time that the shared store has
 * @param onStoreFailure what happens to calls while it fails
 */
record RateLimitServerPolicy(@Nullable TokenRate rate, String property, Per per, Duration storeTimeout,
		OnStoreFailure onStoreFailure) {

	/**
	 * Settle a method.
	 * @param shared whether there is a shared store, so that its settings matter
	 */
	static RateLimitServerPolicy of(MethodSettings.Lookup<Override> lookup, RateLimitServerProperties defaults,
			boolean shared) {
		Setting<Double> rate = lookup.limitSetting("calls-per-second", Override::callsPerSecond,
				defaults.callsPerSecond());
		if (rate.value() == 0) {
			return new RateLimitServerPolicy(null, rate.property(), defaults.per(), defaults.storeTimeout(),
					defaults.onStoreFailure());
		}
		Setting<Long> burst = lookup.setting("burst", Override::burst, defaults.burst());
		TokenRate tokens = TokenRate.of(rate.value(), burst.value());
		lookup.show("burst", new Setting<>(tokens.burst(), burst.property()));
		Setting<Per> per = lookup.setting("per", Override::per, defaults.per());
		lookup.show("per", per);
		Setting<Duration> storeTimeout = lookup.setting("store-timeout", Override::storeTimeout,
				defaults.storeTimeout());
		Setting<OnStoreFailure> onStoreFailure = lookup.setting("on-store-failure", Override::onStoreFailure,
				defaults.onStoreFailure());
		if (shared) {
			lookup.show("store-timeout", storeTimeout);
			lookup.show("on-store-failure", onStoreFailure);
		}
		return new RateLimitServerPolicy(tokens, rate.property(), per.value(), storeTimeout.value(),
				onStoreFailure.value());
	}

}
