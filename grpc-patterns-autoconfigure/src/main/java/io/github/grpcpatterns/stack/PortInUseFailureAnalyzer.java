/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.io.IOException;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/**
 * Reports a gRPC server that cannot listen, for which both stacks print only a stack
 * trace.
 */
final class PortInUseFailureAnalyzer extends AbstractFailureAnalyzer<IOException> {

	/** How a transport on Netty begins its message. */
	private static final String MESSAGE = "Failed to bind to address";

	private final Environment environment;

	PortInUseFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IOException cause) {
		if (cause.getMessage() == null || !cause.getMessage().startsWith(MESSAGE)) {
			return null;
		}
		boolean netDevh = Arrays.stream(cause.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().startsWith("net.devh."));
		String property = netDevh ? "grpc.server.port" : "spring.grpc.server.port";
		return new FailureAnalysis(
				"The gRPC server cannot listen:\n\n    Property: " + property + "\n" + origin(property) + "    Reason: "
						+ cause.getMessage() + " (" + NestedExceptionUtils.getMostSpecificCause(cause).getMessage()
						+ ")\n",
				"Stop the process that listens there, or choose another port with '" + property
						+ "' (9090 by default).",
				cause);
	}

	private String origin(String property) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(ConfigurationPropertyName.of(property));
			if (found != null && found.getOrigin() != null) {
				return "    Origin: " + found.getOrigin() + "\n";
			}
		}
		return "";
	}

}
