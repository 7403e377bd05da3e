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
		assertThat(bind()).isEqualTo(new ShutdownProperties(true, Duration.ZERO, Duration.ofSeconds(10)));
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(bind("pre-stop-delay=5", "drain-timeout=20"))
			.isEqualTo(new ShutdownProperties(true, Duration.ofSeconds(5), Duration.ofSeconds(20)));
		assertThat(bind("pre-stop-delay=500ms", "drain-timeout=1m"))
			.isEqualTo(new ShutdownProperties(true, Duration.ofMillis(500), Duration.ofMinutes(1)));
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
