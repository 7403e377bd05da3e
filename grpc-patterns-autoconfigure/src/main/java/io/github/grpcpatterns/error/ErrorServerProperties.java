/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Status;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the errors of a server.
 *
 * @param enabled Whether to map exceptions to statuses and to add details to errors. If
 * false, an exception ends its call as UNKNOWN.
 * @param domain Domain of the ErrorInfo that is added to errors.
 * @param mappings Status codes by the name of an exception class. They apply to
 * subclasses too; the nearest superclass decides.
 * @param includeMessage Codes of mapped exceptions whose message is sent to the client as
 * the description, instead of the code in words.
 * @param upstream How to handle the error of an outbound call that escapes a handler.
 */
@ConfigurationProperties(value = "grpc.patterns.server.errors", ignoreUnknownFields = false)
public record ErrorServerProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue(RichStatus.DEFAULT_DOMAIN) String domain, @DefaultValue Map<String, Status.Code> mappings,
		@DefaultValue Set<Status.Code> includeMessage, @DefaultValue("convert") Upstream upstream) {

	public ErrorServerProperties {
		if (domain.isBlank()) {
			throw new SettingException("domain", domain, "Must not be empty.");
		}
		mappings = Map.copyOf(mappings);
		mappings.forEach((name, code) -> {
			if (code == Status.Code.OK) {
				throw new SettingException(mapping(name), code, "An exception cannot end a call as OK.");
			}
		});
		includeMessage = Set.copyOf(includeMessage);
	}

	/**
	 * Return the name of an element of {@code mappings} as in YAML, which wants brackets
	 * around what is no letter, digit or dot.
	 */
	static String mapping(String className) {
		return className.matches("[A-Za-z0-9.]+") ? "mappings." + className : "mappings[" + className + "]";
	}

	/**
	 * How to handle the error of an outbound call.
	 */
	public enum Upstream {

		/**
		 * Keep the code where it says that trying again may help, else make it INTERNAL,
		 * and pass on neither text nor trailers.
		 */
		CONVERT,

		/** Pass it on as if it were the handler's own. */
		PASS

	}

}
