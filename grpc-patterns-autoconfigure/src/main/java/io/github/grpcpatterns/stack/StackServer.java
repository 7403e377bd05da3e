/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;

/**
 * A stack's own settings of its server, as a bean. They take precedence over ours.
 *
 * @param address where the server listens: an address, {@code *} for every one, or
 * {@code unix:} and a path
 * @param addressProperty the property that sets it
 * @param tls whether the server speaks TLS
 * @param tlsProperty the property that turns TLS on
 * @param reflectionProperty the property that turns reflection off
 * @param limits the limits of the transport that are set, by our names for them
 */
public record StackServer(String address, String addressProperty, boolean tls, String tlsProperty,
		String reflectionProperty, Set<String> limits) {

	/**
	 * Return the limits that are set in an environment.
	 * @param environment the environment
	 * @param properties the properties of the stack, by our names for the limits
	 * @return our names of those that are set
	 */
	public static Set<String> limits(Environment environment, Map<String, String> properties) {
		return properties.entrySet()
			.stream()
			.filter((property) -> isSet(environment, property.getValue()))
			.map(Map.Entry::getKey)
			.collect(Collectors.toUnmodifiableSet());
	}

	private static boolean isSet(Environment environment, String property) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.getConfigurationProperty(name) != null) {
				return true;
			}
		}
		return false;
	}

}
