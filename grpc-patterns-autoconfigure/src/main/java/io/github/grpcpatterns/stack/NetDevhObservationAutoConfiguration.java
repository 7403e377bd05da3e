/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.observation.ObservationRegistry;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import net.devh.boot.grpc.common.util.InterceptorOrder;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the observation of calls over net.devh's starter, in place of
 * its own where that looks for the {@link ObservationRegistry} before Boot 4 makes one.
 * If only Micrometer's own meters would listen, calls are not observed.
 */
@AutoConfiguration(
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
				"org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerMicrometerTraceAutoConfiguration",
				"net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
				"net.devh.boot.grpc.client.autoconfigure.GrpcClientMicrometerTraceAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = { "io.micrometer.observation.ObservationRegistry",
		"io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor",
		"net.devh.boot.grpc.common.util.InterceptorOrder" })
@ConditionalOnBean(type = "io.micrometer.observation.ObservationRegistry")
@Conditional(OnObservationListenerCondition.class)
@ConditionalOnProperty(name = "management.tracing.grpc.enabled", matchIfMissing = true)
public final class NetDevhObservationAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor")
	@ConditionalOnBean(type = "net.devh.boot.grpc.server.service.GrpcServiceDiscoverer")
	@ConditionalOnMissingBean(name = "globalObservationGrpcServerInterceptorConfigurer")
	static class ServerConfiguration {

		@Bean
		@GrpcGlobalServerInterceptor
		@Order(InterceptorOrder.ORDER_TRACING_METRICS + 1)
		@ConditionalOnMissingBean(value = ObservationGrpcServerInterceptor.class,
				name = "grpcPatternsNetDevhServerObservation")
		ObservationGrpcServerInterceptor grpcPatternsNetDevhServerObservation(ObservationRegistry observations) {
			return new ObservationGrpcServerInterceptor(observations);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor")
	@ConditionalOnBean(type = "net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory")
	@ConditionalOnMissingBean(name = "globalObservationClientInterceptorConfigurer")
	static class ClientConfiguration {

		@Bean
		@GrpcGlobalClientInterceptor
		@Order(InterceptorOrder.ORDER_TRACING_METRICS + 1)
		@ConditionalOnMissingBean(value = ObservationGrpcClientInterceptor.class,
				name = "grpcPatternsNetDevhClientObservation")
		ObservationGrpcClientInterceptor grpcPatternsNetDevhClientObservation(ObservationRegistry observations) {
			return new ObservationGrpcClientInterceptor(observations);
		}

	}

}
