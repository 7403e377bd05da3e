/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for all patterns together.
 *
 * @param enabled Whether to apply any pattern at all.
 * @param unmatchedMethods What to do on startup if a method pattern of a server setting
 * matches no registered method.
 * @param report File to write the effective policy of each method to, instead of starting
 * the application. A relative path is resolved against the working directory.
 */
@ConfigurationProperties("grpc.patterns")
public record GrpcPatternsProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("fail") UnmatchedMethods unmatchedMethods, @Nullable String report) {

	/**
	 * What to do if a method pattern matches no method.
	 */
	public enum UnmatchedMethods {

		/** Fail the start. */
		FAIL,

		/** Log a warning. */
		WARN

	}

}
