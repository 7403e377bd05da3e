/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.RegisteredMethods;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the checks of settings on startup.
 */
@AutoConfiguration
@ConditionalOnPattern
@EnableConfigurationProperties(GrpcPatternsProperties.class)
public final class SettingsAutoConfiguration {

	/**
	 * Before any bean, so that these come first of all reports.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSettingChecks")
	static BeanFactoryPostProcessor grpcPatternsSettingChecks(Environment environment) {
		return (beanFactory) -> {
			List<PatternSettings> patterns = PatternSettings.all();
			UnknownSettingCheck.check(environment, patterns);
			PlaceholderCheck.check(environment);
			SwitchedOffCheck.check(environment, beanFactory, patterns);
		};
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsMethodPatternCheck")
	MethodPatternCheck grpcPatternsMethodPatternCheck(RegisteredMethods methods,
			ObjectProvider<MethodPatterns> patterns, GrpcPatternsProperties properties) {
		return new MethodPatternCheck(methods, patterns.stream().toList(), properties.unmatchedMethods());
	}

	@Bean
	RefreshWarning grpcPatternsRefreshWarning() {
		return new RefreshWarning();
	}

}
