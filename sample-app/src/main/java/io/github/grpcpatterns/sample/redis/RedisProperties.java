/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.redis;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for Redis.
 *
 * @param url Where Redis is, as {@code redis://user:password@host:port/database}.
 * @param timeout Time that a command may take. If a duration suffix is not specified,
 * seconds will be used.
 */
@ConfigurationProperties(prefix = "sample.redis", ignoreUnknownFields = false)
record RedisProperties(@DefaultValue("redis://localhost:6379") String url,
		@DefaultValue("2s") @DurationUnit(ChronoUnit.SECONDS) Duration timeout) {

	RedisProperties {
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("sample.redis.timeout: " + timeout + " (expected: > 0)");
		}
	}

}
