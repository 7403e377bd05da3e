/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The policy of a method that is served or was called.
 *
 * @param method the full name
 * @param kind {@code unary}, {@code server_streaming}, {@code client_streaming},
 * {@code bidi_streaming}
 * @param access {@code public}, {@code authenticated}, {@code authorities} or
 * {@code denied}; absent for a method that is only called
 * @param authorities the authorities one of which the caller needs; absent for a method
 * that is only called
 * @param settings the settings by name as in YAML, the name of the pattern first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MethodPolicy(String method, String kind, @Nullable String access, @Nullable List<String> authorities,
		Map<String, Setting> settings) {

	/**
	 * A setting.
	 *
	 * @param value the value as in YAML
	 * @param property the full name of the property that decided
	 */
	public record Setting(Object value, String property) {
	}

}
