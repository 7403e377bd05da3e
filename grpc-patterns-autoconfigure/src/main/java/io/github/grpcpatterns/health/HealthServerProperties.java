/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the health that a server of net.devh's
 * starter reports.
 *
 * @param enabled Whether to report the health of the application.
 * @param indicators Names of the health contributors or groups whose worst status decides
 * the health of the server.
 * @param interval How often to ask the health contributors. If a duration suffix is not
 * specified, seconds will be used.
 */
@ConfigurationProperties(value = HealthServerProperties.PREFIX, ignoreUnknownFields = false)
public record HealthServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue List<String> indicators,
		@DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS) Duration interval) {

	static final String PREFIX = "grpc.patterns.server.health";

	public HealthServerProperties {
		indicators = List.copyOf(indicators);
		Settings.positive("interval", interval);
	}

}
