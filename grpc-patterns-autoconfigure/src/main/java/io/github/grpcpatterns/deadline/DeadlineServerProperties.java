/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the deadlines of inbound calls.
 *
 * @param enabled Whether to apply deadlines.
 * @param defaultDeadline Time a call may take if its caller set no deadline. Zero means
 * no deadline. If a duration suffix is not specified, seconds will be used.
 * @param max Longest time a call may take, even if its caller set a later deadline. Zero
 * means no bound. If a duration suffix is not specified, seconds will be used.
 * @param required Whether to refuse calls whose caller set no deadline.
 * @param overrides List of settings for some methods.
 */
@ConfigurationProperties(value = DeadlineServerProperties.PREFIX, ignoreUnknownFields = false)
public record DeadlineServerProperties(@DefaultValue("true") boolean enabled,
		@Name("default") @DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration defaultDeadline,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration max, @DefaultValue("false") boolean required,
		@DefaultValue List<Override> overrides) {

	static final String PREFIX = "grpc.patterns.server.deadline";

	public DeadlineServerProperties {
		Settings.notNegative("default", defaultDeadline);
		Settings.notNegative("max", max);
		MethodOverrides.of(PREFIX, overrides);
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	/**
	 * Settings for some methods; settings that are absent are inherited.
	 *
	 * @param methods List of patterns of the methods.
	 * @param defaultDeadline Time a call may take if its caller set no deadline. Zero
	 * means no deadline.
	 * @param max Longest time a call may take. Zero means no bound.
	 * @param required Whether to refuse calls whose caller set no deadline.
	 */
	public record Override(@DefaultValue List<String> methods,
			@Name("default") @DurationUnit(ChronoUnit.SECONDS) @Nullable Duration defaultDeadline,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration max,
			@Nullable Boolean required) implements MethodOverride {

		public Override {
			Settings.notNegative("default", defaultDeadline);
			Settings.notNegative("max", max);
		}

	}

}
