/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.micrometer.tracing.Tracer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the traces of calls. After the observation of a stack's clients,
 * so that what notes its span stands inside.
 */
@AutoConfiguration(after = CallAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.tracing.BraveAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.tracing.OpenTelemetryTracingAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.tracing.NoopTracerAutoConfiguration",
		"org.springframework.boot.grpc.client.autoconfigure.GrpcClientObservationAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = "io.micrometer.tracing.Tracer")
@ConditionalOnSingleCandidate(type = "io.micrometer.tracing.Tracer")
public final class TracingAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsCallerTraceServerInterceptor")
	CallerTraceServerInterceptor grpcPatternsCallerTraceServerInterceptor(Tracer tracer) {
		return new CallerTraceServerInterceptor(tracer);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsTraceServerInterceptor")
	TraceServerInterceptor grpcPatternsTraceServerInterceptor(Tracer tracer) {
		return new TraceServerInterceptor(tracer);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsTraceClientInterceptor")
	TraceClientInterceptor grpcPatternsTraceClientInterceptor(Tracer tracer) {
		return new TraceClientInterceptor(tracer);
	}

}
