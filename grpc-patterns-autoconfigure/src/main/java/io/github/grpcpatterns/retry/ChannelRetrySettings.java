/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Checks the settings of Boot's channels for a retry or hedging policy on startup.
 * Policies from other sources are detected when a channel first retries.
 */
final class ChannelRetrySettings {

	private static final Logger logger = LoggerFactory.getLogger(RetryClientInterceptor.class);

	private static final ConfigurationPropertyName CHANNELS = ConfigurationPropertyName
		.of("spring.grpc.client.channel");

	private ChannelRetrySettings() {
	}

	/**
	 * Warn once for each channel.
	 */
	static void warn(Environment environment) {
		Set<ConfigurationPropertyName> warned = new HashSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream().filter(CHANNELS::isAncestorOf).forEach((name) -> {
					ConfigurationPropertyName policy = policy(name);
					if (policy != null && warned.add(name.chop(5))) {
						logger.warn("'{}' gives the channel a retry policy of its own: its attempts multiply with "
								+ "those of {}. Remove one of the two.", policy, RetryClientProperties.PREFIX);
					}
				});
			}
		}
	}

	/**
	 * Cut {@code <channel>.service-config.method[0].retry.max-attempts} after
	 * {@code retry}.
	 */
	private static @Nullable ConfigurationPropertyName policy(ConfigurationPropertyName name) {
		for (int i = CHANNELS.getNumberOfElements() + 2; i < name.getNumberOfElements(); i++) {
			String element = name.getElement(i, Form.UNIFORM);
			if (element.equals("retry") || element.equals("hedging")) {
				return name.chop(i + 1);
			}
		}
		return null;
	}

}
