/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@code docs/settings.md}, whose table is made from the configuration
 * metadata. With {@code -Ddocs.renew} the page gets the present table instead.
 */
class SettingsTableTests {

	private static final Path METADATA = Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json");

	private static final Path PAGE = Path.of("..", "docs", "settings.md");

	private static final String HEAD = "| setting | value | default | description |\n| --- | --- | --- | --- |\n";

	/** On the page it is said once. */
	private static final String SECONDS = " If a duration suffix is not specified, seconds will be used.";

	@Test
	void thePageHasEverySettingAsTheMetadataDescribesIt() throws IOException {
		String page = Files.readString(PAGE);
		String table = table();
		if (System.getProperty("docs.renew") != null) {
			page = page.substring(0, page.indexOf(HEAD)) + table;
			Files.writeString(PAGE, page);
		}
		assertThat(page.substring(page.indexOf(HEAD))).isEqualTo(table);
	}

	private static String table() throws IOException {
		List<Map<String, Object>> properties = JsonPath.read(METADATA.toFile(), "$.properties[*]");
		return properties.stream()
			.filter((property) -> property.get("name").toString().startsWith("grpc.patterns."))
			.sorted(Comparator.comparing((property) -> property.get("name").toString()))
			.map(SettingsTableTests::row)
			.collect(Collectors.joining("", HEAD, ""));
	}

	private static String row(Map<String, Object> property) {
		Object value = property.get("defaultValue");
		return "| `%s` | %s | %s | %s |\n".formatted(property.get("name"), value((String) property.get("type")),
				(value == null || value.equals("")) ? "" : "`" + text(value) + "`", cell(property.get("description")));
	}

	/**
	 * A list as it stands in YAML, and a number without the fraction that JSON may add.
	 */
	private static String text(Object value) {
		return cell(value).replaceFirst("^\\[(.*)]$", "$1").replaceFirst("^(\\d+)\\.0$", "$1");
	}

	private static String value(String type) {
		String name = type.replaceFirst("<.*", "");
		if (type.endsWith("$Override>") || type.endsWith("$Rule>")) {
			return "entries";
		}
		return switch (name) {
			case "java.lang.Boolean" -> "`true`, `false`";
			case "java.lang.Integer", "java.lang.Long", "java.lang.Double" -> "number";
			case "java.time.Duration" -> "duration";
			case "org.springframework.util.unit.DataSize" -> "size";
			case "java.util.List", "java.util.Set" -> "list";
			case "java.util.Map" -> "map";
			case "org.springframework.core.io.Resource" -> "location";
			default -> name.startsWith("io.github.grpcpatterns.") ? constants(name) : "text";
		};
	}

	private static String constants(String enumType) {
		try {
			return ConfigurationMetadataTests.values(enumType)
				.stream()
				.map((constant) -> "`" + constant + "`")
				.collect(Collectors.joining(", "));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String cell(Object text) {
		return String.valueOf(text).replace(SECONDS, "").replace("|", "\\|");
	}

}
