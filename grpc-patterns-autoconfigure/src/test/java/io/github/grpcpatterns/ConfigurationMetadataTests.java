package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.jayway.jsonpath.JsonPath;
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
