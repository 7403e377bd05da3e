/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.resilience4j.retry.RetryRegistry;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * Makes interceptors from settings as they stand in YAML.
 */
final class Retries {

	private Retries() {
	}

	static RetryClientProperties properties(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (String setting : settings) {
			String[] parts = setting.split("=", 2);
			map.put(RetryClientProperties.PREFIX + "." + parts[0], parts[1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate(RetryClientProperties.PREFIX,
				RetryClientProperties.class);
	}

	/**
	 * Without chance in the waits.
	 */
	static RetryClientInterceptor interceptor(CallTimer timer, String... settings) {
		return interceptor(timer, RetryRegistry.ofDefaults(), () -> 0.5, settings);
	}

	static RetryClientInterceptor interceptor(CallTimer timer, RetryRegistry registry, DoubleSupplier random,
			String... settings) {
		return new RetryClientInterceptor(properties(settings), timer, registry, random);
	}

}
