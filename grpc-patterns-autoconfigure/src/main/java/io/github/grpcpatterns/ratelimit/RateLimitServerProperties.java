/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the rate limits of a server.
 *
 * @param enabled Whether to limit the rate of calls.
 * @param callsPerSecond Calls to accept per second, as a long-term average. Decimals are
 * allowed. Zero means no limit.
 * @param burst Calls to accept at once after a pause. Zero means the rate, rounded up.
 * @param per Scope within which calls share a rate. For callers without a principal, the
 * peer is used.
 * @param storeTimeout Time the shared store may take to answer. If a duration suffix is
 * not specified, seconds will be used.
 * @param onStoreFailure How to treat calls while the shared store fails.
 * @param overrides List of settings for some methods.
 */
@ConfigurationProperties(value = RateLimitServerProperties.PREFIX, ignoreUnknownFields = false)
public record RateLimitServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue("0") double callsPerSecond,
		@DefaultValue("0") long burst, @DefaultValue("method") Per per,
		@DefaultValue("250ms") @DurationUnit(ChronoUnit.SECONDS) Duration storeTimeout,
		@DefaultValue("local") OnStoreFailure onStoreFailure,
		@DefaultValue List<Override> overrides) implements NeedsLibraries {

	static final String PREFIX = "grpc.patterns.server.rate-limit";

	private static final double MIN_RATE = 0.000001;

	public RateLimitServerProperties {
		Settings.rate("calls-per-second", callsPerSecond, MIN_RATE);
		Settings.notNegative("burst", burst);
		Settings.positive("store-timeout", storeTimeout);
		MethodOverrides.of(PREFIX, overrides);
	}

	/**
	 * Return whether any method has a rate.
	 */
	boolean limits() {
		return this.callsPerSecond > 0 || this.overrides.stream()
			.anyMatch((override) -> override.callsPerSecond() != null && override.callsPerSecond() > 0);
	}

	@java.lang.Override
	public List<Library> libraries() {
		return limits() ? List.of(Library.BUCKET4J, Library.CAFFEINE) : List.of();
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	/**
	 * Scope within which calls share a rate.
	 */
	public enum Per {

		/** All calls of a method. */
		METHOD,

		/**
		 * All calls of an authenticated caller, to all methods that share the setting.
		 */
		PRINCIPAL,

		/** All calls from an address, to all methods that share the setting. */
		PEER

	}

	/**
	 * How to treat calls while the shared store fails.
	 */
	public enum OnStoreFailure {

		/** Each instance limits the rate on its own. */
		LOCAL,

		/** Refuse calls. */
		REJECT

	}

	/**
	 * Settings for some methods; settings that are absent are inherited.
	 *
	 * @param methods List of patterns of the methods.
	 * @param callsPerSecond Calls to accept per second. Zero means no limit.
	 * @param burst Calls to accept at once after a pause. Zero means the rate, rounded
	 * up.
	 * @param per Scope within which calls share a rate.
	 * @param storeTimeout Time the shared store may take to answer.
	 * @param onStoreFailure How to treat calls while the shared store fails.
	 */
	public record Override(@DefaultValue List<String> methods, @Nullable Double callsPerSecond, @Nullable Long burst,
			@Nullable Per per, @DurationUnit(ChronoUnit.SECONDS) @Nullable Duration storeTimeout,
			@Nullable OnStoreFailure onStoreFailure) implements MethodOverride {

		public Override {
			Settings.rate("calls-per-second", callsPerSecond, MIN_RATE);
			Settings.notNegative("burst", burst);
			Settings.positive("store-timeout", storeTimeout);
		}

	}

}
