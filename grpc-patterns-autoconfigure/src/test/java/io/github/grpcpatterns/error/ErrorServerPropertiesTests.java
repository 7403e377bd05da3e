/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ErrorServerProperties}.
 */
class ErrorServerPropertiesTests {

	private static final String PREFIX = "grpc.patterns.server.errors.";

	@Test
	void defaults() {
		ErrorServerProperties properties = bind(Map.of());
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.domain()).isEqualTo("grpcpatterns");
		assertThat(properties.mappings()).isEmpty();
		assertThat(properties.includeMessage()).isEmpty();
		assertThat(properties.upstream()).isEqualTo(ErrorServerProperties.Upstream.CONVERT);
	}

	@Test
	void everySettingIsBound() {
		Map<String, String> settings = new LinkedHashMap<>();
		settings.put(PREFIX + "enabled", "false");
		settings.put(PREFIX + "domain", "shop.example");
		settings.put(PREFIX + "mappings.com.example.StockException", "FAILED_PRECONDITION");
		settings.put(PREFIX + "mappings[com.example.Stock$Gone_Exception]", "not-found");
		settings.put(PREFIX + "include-message", "NOT_FOUND,INVALID_ARGUMENT");
		settings.put(PREFIX + "upstream", "pass");
		ErrorServerProperties properties = bind(settings);
		assertThat(properties.enabled()).isFalse();
		assertThat(properties.domain()).isEqualTo("shop.example");
		assertThat(properties.mappings()).isEqualTo(Map.of("com.example.StockException",
				Status.Code.FAILED_PRECONDITION, "com.example.Stock$Gone_Exception", Status.Code.NOT_FOUND));
		assertThat(properties.includeMessage()).containsExactlyInAnyOrder(Status.Code.NOT_FOUND,
				Status.Code.INVALID_ARGUMENT);
		assertThat(properties.upstream()).isEqualTo(ErrorServerProperties.Upstream.PASS);
	}

	@Test
	void anEmptyDomainIsRefused() {
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> bind(Map.of(PREFIX + "domain", " ")))
			.withRootCauseInstanceOf(SettingException.class)
			.havingRootCause()
			.withMessageContaining("domain")
			.withMessageContaining("Must not be empty.");
	}

	@Test
	void aMappingToOkIsRefused() {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> bind(Map.of(PREFIX + "mappings.com.example.StockException", "OK")))
			.withRootCauseInstanceOf(SettingException.class)
			.havingRootCause()
			.withMessageContaining("mappings.com.example.StockException");
	}

	@Test
	void unknownCodesAndKeysAreRefused() {
		ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Config.class);
		runner.withPropertyValues(PREFIX + "mappings.java.io.IOException=NO_SUCH_CODE")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("NO_SUCH_CODE"));
		runner.withPropertyValues(PREFIX + "include-message=NO_SUCH_CODE")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("NO_SUCH_CODE"));
		runner.withPropertyValues(PREFIX + "include-mesage=NOT_FOUND")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("include-mesage"));
	}

	private static ErrorServerProperties bind(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("grpc.patterns.server.errors",
				Bindable.of(ErrorServerProperties.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(ErrorServerProperties.class)
	static class Config {

	}

}
