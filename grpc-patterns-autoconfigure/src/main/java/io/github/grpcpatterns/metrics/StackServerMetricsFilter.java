package io.github.grpcpatterns.metrics;

import java.util.Set;

import io.github.grpcpatterns.stack.StackConfigurationFilter;

import org.springframework.util.ClassUtils;

/**
 * Leaves out net.devh's meters of the server where its auto-configuration names classes
 * of Boot 3 that are gone: whether they appear is chance there. On Boot 3 they stay.
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
