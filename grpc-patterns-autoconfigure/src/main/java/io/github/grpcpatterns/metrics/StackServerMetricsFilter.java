/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Set;

import io.github.grpcpatterns.stack.StackConfigurationFilter;

import org.springframework.util.ClassUtils;

/**
 * Excludes net.devh's server meters on Boot 4, where its auto-configuration refers to
 * removed classes of Boot 3 and takes effect only by chance. On Boot 3 they are kept.
 */
final class StackServerMetricsFilter extends StackConfigurationFilter {

	StackServerMetricsFilter() {
		super(MetricsServerProperties.PREFIX, "io.github.grpcpatterns.metrics.MetricsServerAutoConfiguration",
				ClassUtils.isPresent(
						"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
						StackServerMetricsFilter.class.getClassLoader()) ? Set.of()
								: Set.of("net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration"));
	}

}
