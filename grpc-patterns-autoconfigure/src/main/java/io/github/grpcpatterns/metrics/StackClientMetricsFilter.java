package io.github.grpcpatterns.metrics;

import java.util.Set;

import io.github.grpcpatterns.stack.StackConfigurationFilter;

import org.springframework.util.ClassUtils;

/**
 * Leaves out net.devh's meters of the client where its auto-configuration names classes
 * of Boot 3 that are gone: whether they appear is chance there. On Boot 3 they stay.
 */
final class StackClientMetricsFilter extends StackConfigurationFilter {

	StackClientMetricsFilter() {
		super(MetricsClientProperties.PREFIX, "io.github.grpcpatterns.metrics.MetricsClientAutoConfiguration",
				ClassUtils.isPresent(
						"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
						StackClientMetricsFilter.class.getClassLoader()) ? Set.of()
								: Set.of("net.devh.boot.grpc.client.autoconfigure.GrpcClientMetricAutoConfiguration"));
	}

}
