/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PatternSettings} and {@link SettingTree}: they know what the metadata
 * of the settings knows.
 */
class PatternSettingsTests {

	private static final Path METADATA = Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json");

	private final List<PatternSettings> all = PatternSettings.all();

	@Test
	void theSettingsOfEachPatternAreFound() throws IOException {
		List<Map<String, String>> groups = JsonPath.read(METADATA.toFile(), "$.groups[*]");
		assertThat(groups.stream()
			.filter((group) -> group.get("name").startsWith("grpc.patterns"))
			.filter((group) -> group.get("sourceMethod") == null)
			.filter((group) -> group.get("type").equals(group.get("sourceType")))
			.map((group) -> group.get("name"))).isNotEmpty()
			.containsExactlyInAnyOrderElementsOf(
					this.all.stream().map((pattern) -> pattern.prefix().toString()).toList());
	}

	@Test
	void eachSettingIsKnown() throws IOException {
		List<String> names = JsonPath.read(METADATA.toFile(), "$.properties[*].name");
		SettingTree tree = new SettingTree(this.all);
		assertThat(names.stream().filter((name) -> name.startsWith("grpc.patterns."))).isNotEmpty()
			.allSatisfy((name) -> assertThat(tree.kind(ConfigurationPropertyName.of(name), false)).as(name)
				.isIn(SettingTree.Kind.SETTING, SettingTree.Kind.GROUP));
	}

	@Test
	void aPatternIsOffByItsOwnSwitch() {
		MockEnvironment environment = new MockEnvironment().withProperty("grpc.patterns.server.stream.enabled",
				"false");
		assertThat(this.all.stream().filter((pattern) -> pattern.off(environment))).singleElement()
			.satisfies((pattern) -> assertThat(pattern.prefix()).hasToString("grpc.patterns.server.stream"));
	}

}
