/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link UploadProperties}.
 */
class UploadPropertiesTests {

	@Test
	void documentsMayHaveFiftyMegabytesByDefault() {
		assertThat(bind(Map.of()).maxSize()).isEqualTo(DataSize.ofBytes(50 * 1024 * 1024));
	}

	@Test
	void bareNumbersAreBytes() {
		assertThat(bind(Map.of("sample.upload.max-size", "17")).maxSize()).isEqualTo(DataSize.ofBytes(17));
	}

	@Test
	void zeroIsRefused() {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of("sample.upload.max-size", "0")))
			.withStackTraceContaining("sample.upload.max-size must be positive.");
	}

	private static UploadProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("sample.upload",
				UploadProperties.class);
	}

}
