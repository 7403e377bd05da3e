/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.List;

import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the validation of requests against the
 * rules in their proto files.
 *
 * @param enabled Whether to validate requests against the rules in their proto files.
 */
@ConfigurationProperties(value = ValidationServerProperties.PREFIX, ignoreUnknownFields = false)
public record ValidationServerProperties(@DefaultValue("true") boolean enabled) implements NeedsLibraries {

	static final String PREFIX = "grpc.patterns.server.validation";

	/**
	 * Protovalidate may be missing, for most services have no rules; what it brings may
	 * not.
	 */
	@Override
	public List<Library> libraries() {
		return Library.PROTOVALIDATE.present(getClass().getClassLoader()) ? List.of(Library.CEL, Library.RE2J)
				: List.of();
	}

}
