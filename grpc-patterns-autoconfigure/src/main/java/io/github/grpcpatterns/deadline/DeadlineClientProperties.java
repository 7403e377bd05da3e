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
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the deadlines of outbound calls.
 *
 * @param enabled Whether to apply deadlines.
 * @param unary Time a unary call may take, including all attempts. Zero means no
 * deadline. If a duration suffix is not specified, seconds will be used.
 * @param stream Time a stream may take. Zero means no deadline. If a duration suffix is
 * not specified, seconds will be used.
 * @param overrides List of settings for some methods.
 */
@ConfigurationProperties(value = DeadlineClientProperties.PREFIX, ignoreUnknownFields = false)
public record DeadlineClientProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration unary,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration stream, @DefaultValue List<Override> overrides) {

	static final String PREFIX = "grpc.patterns.client.deadline";

	public DeadlineClientProperties {
		Settings.notNegative("unary", unary);
		Settings.notNegative("stream", stream);
		MethodOverrides.of(PREFIX, overrides);
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	/**
	 * Settings for some methods; settings that are absent are inherited.
	 *
	 * @param methods List of patterns of the methods.
	 * @param unary Time a unary call may take, including all attempts. Zero means no
	 * deadline.
	 * @param stream Time a stream may take. Zero means no deadline.
	 */
	public record Override(@DefaultValue List<String> methods,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration unary,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration stream) implements MethodOverride {

		public Override {
			Settings.notNegative("unary", unary);
			Settings.notNegative("stream", stream);
		}

	}

}
