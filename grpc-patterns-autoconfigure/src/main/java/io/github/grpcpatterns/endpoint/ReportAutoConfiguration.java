/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import io.github.grpcpatterns.stack.ServerBuilds;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the report of the effective policies. It does not depend on any
 * switch: a process that was asked for the report must not serve instead.
 */
@AutoConfiguration(after = EndpointAutoConfiguration.class)
public final class ReportAutoConfiguration {

	@Bean
	PolicyReport grpcPatternsPolicyReport(ObjectProvider<MethodPolicies> policies, ObjectProvider<ServerBuilds> servers,
			ConfigurableApplicationContext context) {
		return new PolicyReport(context.getEnvironment().getProperty(PolicyReport.PROPERTY), policies, servers, context,
				System::exit);
	}

}
