/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the log lines of outbound calls.
 *
 * @param enabled Whether to log a line for each call.
 * @param slowCallThreshold Duration from which a unary call is logged at least as a
 * warning. Zero means none. If a duration suffix is not specified, seconds will be used.
 * @param startLine Whether to log a line at DEBUG when a call begins, too.
 * @param exclude List of patterns of methods whose calls are not logged.
 */
@ConfigurationProperties(value = LoggingClientProperties.PREFIX, ignoreUnknownFields = false)
public record LoggingClientProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration slowCallThreshold,
		@DefaultValue("false") boolean startLine, @DefaultValue( {
				InfrastructureMethods.HEALTH, InfrastructureMethods.REFLECTION }) List<String> exclude){

	static final String PREFIX = "grpc.patterns.client.logging";

	public LoggingClientProperties {
		Settings.notNegative("slow-call-threshold", slowCallThreshold);
		MethodPatterns.of(PREFIX + ".exclude", exclude);
	}

	MethodPatterns excluded() {
		return MethodPatterns.of(PREFIX + ".exclude", this.exclude);
	}

}
