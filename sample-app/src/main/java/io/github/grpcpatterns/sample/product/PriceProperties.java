/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the movement of prices.
 *
 * @param interval Time between two movements of a price; 0 means that none moves. If a
 * duration suffix is not specified, seconds will be used.
 */
@ConfigurationProperties("sample.prices")
record PriceProperties(@DefaultValue("1s") @DurationUnit(ChronoUnit.SECONDS) Duration interval) {

	PriceProperties {
		if (interval.isNegative()) {
			throw new IllegalArgumentException("sample.prices.interval: " + interval + " (expected: >= 0)");
		}
	}

}
