/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ShutdownProperties}.
 */
class ShutdownPropertiesTests {

	private static ShutdownProperties bind(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (String setting : settings) {
			String[] parts = setting.split("=", 2);
			map.put(ShutdownProperties.PREFIX + "." + parts[0], parts[1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate(ShutdownProperties.PREFIX,
				ShutdownProperties.class);
	}

	@Test
	void whenNothingIsSetThenDefaultsHold() {
		assertThat(bind()).isEqualTo(new ShutdownProperties(true, "auto", Duration.ofSeconds(10)));
	}

	@Test
	void theDelayIsThatOfKubernetesOrNone() {
		assertThat(bind().preStopDelay(true)).isEqualTo(Duration.ofSeconds(5));
		assertThat(bind().preStopDelay(false)).isZero();
		assertThat(bind("pre-stop-delay=AUTO").preStopDelay(true)).isEqualTo(Duration.ofSeconds(5));
		assertThat(bind("pre-stop-delay=0").preStopDelay(true)).isZero();
		assertThat(bind("pre-stop-delay=3s").preStopDelay(true)).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(bind("pre-stop-delay=5").preStopDelay(false)).isEqualTo(Duration.ofSeconds(5));
		assertThat(bind("pre-stop-delay=500ms").preStopDelay(false)).isEqualTo(Duration.ofMillis(500));
		assertThat(bind("drain-timeout=20").drainTimeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(bind("drain-timeout=1m").drainTimeout()).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void whenTheDelayIsNoDurationThenItIsRefused() {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind("pre-stop-delay=automatic"))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("pre-stop-delay");
				assertThat(ex.value()).isEqualTo("automatic");
				assertThat(ex.reason()).isEqualTo("Must be 'auto' or a duration, such as '5s'.");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pre-stop-delay", "drain-timeout" })
	void whenATimeIsNegativeThenItIsRefused(String setting) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(setting + "=-1s"))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo(setting);
				assertThat(ex.reason()).isEqualTo("Must not be negative.");
			});
	}

}
