/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.CalledMethods;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.RecentRefusals;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the effective policies, and for the {@code grpcpatterns}
 * endpoint that shows them.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern
public final class EndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsMethodPolicies")
	MethodPolicies grpcPatternsMethodPolicies(RegisteredMethods served, CalledMethods called,
			ObjectProvider<MethodSettingsSource> sources) {
		return new MethodPolicies(served, called, sources.stream().toList());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "org.springframework.boot.actuate.endpoint.OperationResponseBody",
			"org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint" })
	@ConditionalOnAvailableEndpoint(GrpcPatternsEndpoint.class)
	static class ActuatorConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsEndpoint")
		GrpcPatternsEndpoint grpcPatternsEndpoint(MethodPolicies policies, LiveCalls liveCalls, RecentRefusals refusals,
				CallTimer timer) {
			return new GrpcPatternsEndpoint(policies, liveCalls, refusals, timer);
		}

		@Bean
		EndpointRefusals grpcPatternsEndpointRefusals() {
			return new EndpointRefusals();
		}

	}

}
