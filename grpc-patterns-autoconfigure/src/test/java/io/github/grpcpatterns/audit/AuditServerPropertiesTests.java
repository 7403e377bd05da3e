/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuditServerProperties}.
 */
class AuditServerPropertiesTests {

	private static AuditServerProperties bind(String yaml) throws IOException {
		return new Binder(ConfigurationPropertySources.from(new YamlPropertySourceLoader().load("test",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))))
			.bindOrCreate(AuditServerProperties.PREFIX, AuditServerProperties.class);
	}

	@Test
	void refusalsAreAuditedOfNoMethodByDefault() throws IOException {
		AuditServerProperties properties = bind("a: b");
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.methods()).isEmpty();
		assertThat(properties.decisions()).isEqualTo(AuditServerProperties.On.DENIED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "on", "'on'" })
	void theNameThatYamlReadsAsTrueIsTaken(String name) throws IOException {
		AuditServerProperties properties = bind("grpc.patterns.server.audit:\n  methods: a.*\n  " + name + ": all\n");
		assertThat(properties.methods()).containsExactly("a.*");
		assertThat(properties.decisions()).isEqualTo(AuditServerProperties.On.ALL);
	}

}
