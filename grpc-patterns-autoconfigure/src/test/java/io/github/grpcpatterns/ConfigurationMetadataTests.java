/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.jayway.jsonpath.JsonPath;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metadata of the settings, which editors show.
 */
class ConfigurationMetadataTests {

	private static final Pattern PREFIX = Pattern.compile("`(grpc\\.patterns\\.[a-z.-]*\\.)\\*`");

	private static final Pattern SETTING = Pattern.compile("`([a-z][a-z0-9.-]*)`");

	private static final Path METADATA = Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json");

	@Test
	void everyPropertyIsDescribedInSentences() throws IOException {
		List<Map<String, String>> properties = properties();
		assertThat(properties).isNotEmpty().allSatisfy((property) -> {
			assertThat(property.get("name")).startsWith("grpc.patterns.");
			assertThat(property.get("description")).as(property.get("name"))
				.isNotNull()
				.matches("(?s)[A-Z].*\\.")
				.doesNotStartWith("The ")
				.doesNotContain("{@");
		});
	}

	@Test
	void switchesSayWhetherAndHaveADefault() throws IOException {
		assertThat(properties()).filteredOn((property) -> property.get("type").equals("java.lang.Boolean"))
			.isNotEmpty()
			.allSatisfy((property) -> assertThat(property.get("description")).as(property.get("name"))
				.startsWith("Whether "));
	}

	@Test
	void everyGroupCanBeSwitchedOff() throws IOException {
		Set<String> names = new TreeSet<>();
		properties().forEach((property) -> names.add(property.get("name")));
		assertThat(groups()).filteredOn((group) -> group.get("sourceMethod") == null)
			.filteredOn((group) -> group.get("type").equals(group.get("sourceType")))
			.isNotEmpty()
			.allSatisfy((group) -> assertThat(names).contains(group.get("name") + ".enabled"));
	}

	@Test
	void settingsWithAFewValuesTellThem() throws IOException {
		Map<String, List<String>> hints = hints();
		assertThat(properties()).filteredOn((property) -> property.get("type").startsWith("io.github.grpcpatterns."))
			.isNotEmpty()
			.allSatisfy((property) -> assertThat(hints.get(property.get("name"))).as(property.get("name"))
				.isEqualTo(values(property.get("type"))));
	}

	static List<String> values(String enumType) throws ClassNotFoundException {
		return Arrays.stream(Class.forName(enumType).getEnumConstants())
			.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
	}

	@Test
	void hintsOfStatusCodesNameThoseThatTheSettingsTake() throws IOException {
		List<String> errors = Arrays.stream(Status.Code.values())
			.filter((code) -> code != Status.Code.OK)
			.map(Enum::name)
			.toList();
		Map<String, List<String>> hints = hints();
		assertThat(hints.get("grpc.patterns.server.errors.include-message")).isEqualTo(errors);
		assertThat(hints.get("grpc.patterns.server.errors.mappings.values")).isEqualTo(errors);
		assertThat(hints.get("grpc.patterns.client.retry.codes"))
			.isEqualTo(errors.stream().filter((code) -> !code.equals("CANCELLED")).toList());
	}

	/**
	 * Hints of a pattern that is not there do no harm.
	 */
	@Test
	void hintsAreOfSettingsThatExist() throws IOException {
		Set<String> names = new TreeSet<>();
		properties().forEach((property) -> names.add(property.get("name")));
		List<String> hinted = hints().keySet()
			.stream()
			.map((hint) -> hint.replaceFirst("\\.(keys|values)$", ""))
			.filter((hint) -> names.contains(hint.replaceFirst("(server|client)\\.([a-z-]+)\\..*", "$1.$2.enabled")))
			.toList();
		assertThat(hinted).isNotEmpty().isSubsetOf(names);
	}

	@Test
	void everyValueOfAHintIsDescribed() throws IOException {
		List<Map<String, String>> values = JsonPath.read(METADATA.toFile(), "$.hints[*].values[*]");
		assertThat(values).isNotEmpty()
			.allSatisfy((value) -> assertThat(value.get("description")).as(value.get("value")).matches("[A-Z].*\\."));
	}

	private static Map<String, List<String>> hints() throws IOException {
		List<Map<String, Object>> hints = JsonPath.read(METADATA.toFile(), "$.hints[*]");
		Map<String, List<String>> values = new TreeMap<>();
		hints.stream()
			.filter((hint) -> hint.get("name").toString().startsWith("grpc.patterns."))
			.forEach((hint) -> values.put((String) hint.get("name"), JsonPath.read(hint, "$..values[*].value")));
		return values;
	}

	/**
	 * The tables of settings in the docs, each below a line that names the prefix.
	 */
	@Test
	void everySettingInTheDocsExists() throws IOException {
		Set<String> names = new TreeSet<>();
		properties().forEach((property) -> names.add(property.get("name")));
		List<String> documented = new ArrayList<>();
		try (DirectoryStream<Path> pages = Files.newDirectoryStream(Path.of("..", "docs"), "*.md")) {
			for (Path page : pages) {
				List<String> prefixes = List.of();
				for (String line : Files.readAllLines(page)) {
					if (!line.startsWith("|")) {
						List<String> named = matches(PREFIX, line);
						prefixes = (line.startsWith("#") || !named.isEmpty()) ? named : prefixes;
						continue;
					}
					for (String setting : prefixes.isEmpty() ? List.<String>of()
							: matches(SETTING, line.split("\\|")[1])) {
						documented.add(setting);
						assertThat(prefixes).as("%s in %s", setting, page)
							.anyMatch((prefix) -> names.contains(prefix + setting));
					}
				}
			}
		}
		assertThat(documented).contains("include-message", "slow-call-threshold");
	}

	private static List<String> matches(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((match) -> match.group(1)).toList();
	}

	private static List<Map<String, String>> properties() throws IOException {
		return ours("$.properties[*]");
	}

	private static List<Map<String, String>> groups() throws IOException {
		return ours("$.groups[*]");
	}

	/**
	 * Without what Boot's processor makes for an endpoint.
	 */
	private static List<Map<String, String>> ours(String path) throws IOException {
		List<Map<String, String>> all = JsonPath.read(METADATA.toFile(), path);
		return all.stream().filter((item) -> !item.get("name").startsWith("management.endpoint.grpcpatterns")).toList();
	}

}
