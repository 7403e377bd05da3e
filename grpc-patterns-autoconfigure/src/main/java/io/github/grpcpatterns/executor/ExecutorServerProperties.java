/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * {@link ConfigurationProperties Properties} for the executor of handlers. An executor
 * that the application configures in the stack itself takes precedence.
 *
 * @param enabled Whether to choose the executor of handlers, and to answer refused calls
 * before they wait for one of its threads.
 * @param virtual Whether handlers run on virtual threads.
 * @param bean Name of the Executor bean on which handlers run.
 */
@ConfigurationProperties(value = ExecutorServerProperties.PREFIX, ignoreUnknownFields = false)
public record ExecutorServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue("auto") Virtual virtual,
		@Nullable String bean) {

	static final String PREFIX = "grpc.patterns.server.executor";

	/**
	 * Check the settings.
	 * @throws SettingException if two of them cannot be combined
	 */
	public ExecutorServerProperties {
		bean = StringUtils.hasText(bean) ? bean : null;
		if (bean != null && virtual == Virtual.ON) {
			throw new SettingException("bean", bean, "Must not be set together with 'virtual: on'.");
		}
	}

	/**
	 * When handlers run on virtual threads.
	 */
	public enum Virtual {

		/** As 'spring.threads.virtual.enabled' says. */
		AUTO,

		/** Always. */
		ON,

		/** Never. */
		OFF

	}

}
