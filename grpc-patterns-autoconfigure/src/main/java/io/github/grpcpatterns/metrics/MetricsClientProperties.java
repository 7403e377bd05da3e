/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.List;

import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;
import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} for the meters of outbound calls.
 *
 * @param enabled Whether to record meters.
 * @param messageGap Whether to record the time between the messages sent on a stream.
 * @param largeMessageThreshold Size from which a message on a stream is logged as a
 * warning, once per stream. Zero means none.
 */
@ConfigurationProperties(value = MetricsClientProperties.PREFIX, ignoreUnknownFields = false)
public record MetricsClientProperties(@DefaultValue("true") boolean enabled, @DefaultValue("false") boolean messageGap,
		@DefaultValue("1MB") DataSize largeMessageThreshold) implements NeedsLibraries {

	static final String PREFIX = "grpc.patterns.client.metrics";

	public MetricsClientProperties {
		Settings.notNegative("large-message-threshold", largeMessageThreshold);
	}

	@Override
	public List<Library> libraries() {
		return List.of(Library.MICROMETER);
	}

	long largeMessageBytes() {
		return this.largeMessageThreshold.toBytes() > 0 ? this.largeMessageThreshold.toBytes() : Long.MAX_VALUE;
	}

}
