/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A {@link ShortBenchmark} of the chain that an application context puts together.
 */
abstract class ContextBenchmark extends ShortBenchmark {

	private @Nullable ConfigurableApplicationContext context;

	/**
	 * Keep a context until the benchmark ends.
	 */
	final ConfigurableApplicationContext stopLater(ConfigurableApplicationContext context) {
		this.context = context;
		return context;
	}

	/**
	 * Stop the context.
	 */
	@TearDown
	public void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

}
