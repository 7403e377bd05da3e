package io.github.grpcpatterns.endpoint;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.call.CalledMethods;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the {@code grpcpatterns} endpoint.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern
@ConditionalOnClass(name = { "org.springframework.boot.actuate.endpoint.OperationResponseBody",
		"org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint" })
@ConditionalOnAvailableEndpoint(GrpcPatternsEndpoint.class)
public final class EndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsEndpoint")
	GrpcPatternsEndpoint grpcPatternsEndpoint(RegisteredMethods served, CalledMethods called, LiveCalls liveCalls,
			CallTimer timer, ObjectProvider<MethodSettingsSource> sources) {
		return new GrpcPatternsEndpoint(served, called, liveCalls, timer, sources.stream().toList());
	}

	@Bean
	EndpointRefusals grpcPatternsEndpointRefusals() {
		return new EndpointRefusals();
	}

}
