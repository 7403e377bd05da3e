/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.Map;

import io.github.grpcpatterns.executor.ExecutorServerProperties.Virtual;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link ExecutorServerProperties}.
 */
class ExecutorServerPropertiesTests {

	@Test
	void whatIsNotSetHasItsDefault() {
		assertThat(bind(Map.of())).isEqualTo(new ExecutorServerProperties(true, Virtual.AUTO, null));
	}

	@Test
	void whatIsSetIsTaken() {
		assertThat(bind(Map.of("enabled", "false", "virtual", "off", "bean", "two")))
			.isEqualTo(new ExecutorServerProperties(false, Virtual.OFF, "two"));
	}

	@Test
	void whatYamlMakesOfOnAndOffMeansOnAndOff() {
		assertThat(bind(Map.of("virtual", true)).virtual()).isEqualTo(Virtual.ON);
		assertThat(bind(Map.of("virtual", false)).virtual()).isEqualTo(Virtual.OFF);
	}

	@Test
	void anEmptyNameIsNone() {
		assertThat(bind(Map.of("bean", "")).bean()).isNull();
		assertThat(bind(Map.of("bean", "", "virtual", "on")).virtual()).isEqualTo(Virtual.ON);
	}

	@Test
	void aBeanAndVirtualThreadsExcludeEachOther() {
		assertThatThrownBy(() -> bind(Map.of("bean", "two", "virtual", "on"))).rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("bean");
				assertThat(ex.reason()).isEqualTo("Must not be set together with 'virtual: on'.");
			});
	}

	private static ExecutorServerProperties bind(Map<String, Object> settings) {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		settings.forEach((name, value) -> source.put(ExecutorServerProperties.PREFIX + "." + name, value));
		return new Binder(source).bindOrCreate(ExecutorServerProperties.PREFIX, ExecutorServerProperties.class);
	}

}
