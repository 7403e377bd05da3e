/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import java.util.regex.Pattern;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.grpc.Metadata;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for correlation ids on both sides.
 *
 * @param enabled Whether to give calls a correlation id.
 * @param header Name of the header that carries the id, in lower case.
 */
@ConfigurationProperties(value = "grpc.patterns.correlation", ignoreUnknownFields = false)
public record CorrelationProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("x-correlation-id") String header) {

	private static final Pattern NAME = Pattern.compile("[a-z0-9._-]+");

	public CorrelationProperties {
		if (!NAME.matcher(header).matches() || header.startsWith("grpc-")
				|| header.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
			throw new SettingException("header", header,
					"Must be a header name of the characters 'a-z0-9._-', not starting with 'grpc-' or ending with '-bin'.");
		}
	}

	Metadata.Key<String> key() {
		return Metadata.Key.of(this.header, Metadata.ASCII_STRING_MARSHALLER);
	}

}
