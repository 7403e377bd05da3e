/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.time.Duration;
import java.util.List;

import io.github.grpcpatterns.MethodSettingsSource.Access;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SettingText}.
 */
class SettingTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "0s", "1ns", "1500us", "250ms", "1s", "90s", "5m", "61m", "8h", "48h" })
	void aDurationIsWrittenAsOneWouldInYaml(String text) {
		assertThat(SettingText.of(DurationStyle.SIMPLE.parse(text))).isEqualTo(text);
	}

	@Test
	void aDurationIsWrittenInTheLargestUnit() {
		assertThat(SettingText.of(Duration.ofSeconds(300))).isEqualTo("5m");
		assertThat(SettingText.of(Duration.ofMillis(1500))).isEqualTo("1500ms");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0B", "1B", "1025B", "64KB", "16MB", "1536KB", "2GB", "1TB" })
	void aSizeIsWrittenAsOneWouldInYaml(String text) {
		assertThat(SettingText.of(DataSize.parse(text))).isEqualTo(text);
	}

	@Test
	void namesOfOursAreWrittenAsInYamlAndThoseOfGrpcAsTheyAre() {
		assertThat(SettingText.of(Access.Kind.AUTHENTICATED)).isEqualTo("authenticated");
		assertThat(SettingText.of(List.of(Status.Code.NOT_FOUND))).isEqualTo(List.of("NOT_FOUND"));
	}

	@Test
	void numbersAndSwitchesStayWhatTheyAre() {
		assertThat(SettingText.of(20.0)).isEqualTo(20L);
		assertThat(SettingText.of(0.2)).isEqualTo(0.2);
		assertThat(SettingText.of(4)).isEqualTo(4);
		assertThat(SettingText.of(true)).isEqualTo(true);
		assertThat(SettingText.of("text")).isEqualTo("text");
	}

}
