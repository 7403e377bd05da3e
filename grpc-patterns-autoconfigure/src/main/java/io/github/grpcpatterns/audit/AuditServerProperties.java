/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.util.List;

import io.github.grpcpatterns.internal.settings.MethodPatterns;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * {@link ConfigurationProperties Properties} for the audit of decisions about access.
 *
 * @param enabled Whether to audit decisions about access.
 * @param methods List of patterns of the methods to audit.
 * @param on Decisions to audit.
 * @param onInYaml Same as 'on', which YAML reads as 'true' unless it is quoted.
 */
@ConfigurationProperties(value = AuditServerProperties.PREFIX, ignoreUnknownFields = false)
public record AuditServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue List<String> methods,
		@DefaultValue("denied") On on, @Name("true") @Nullable On onInYaml) {

	static final String PREFIX = "grpc.patterns.server.audit";

	public AuditServerProperties {
		MethodPatterns.of(PREFIX + ".methods", methods);
	}

	MethodPatterns audited() {
		return MethodPatterns.of(PREFIX + ".methods", this.methods);
	}

	/**
	 * Return the decisions to audit, under whichever name they were set.
	 */
	On decisions() {
		return (this.onInYaml != null) ? this.onInYaml : this.on;
	}

	/**
	 * Decisions to audit.
	 */
	public enum On {

		/** Refused calls, and calls whose token could not be verified. */
		DENIED,

		/** Accepted calls too. */
		ALL

	}

}
