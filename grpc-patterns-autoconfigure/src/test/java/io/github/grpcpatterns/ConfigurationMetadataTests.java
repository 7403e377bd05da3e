package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metadata of the settings, which editors show.
 */
class ConfigurationMetadataTests {

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

	private static List<Map<String, String>> properties() throws IOException {
		return JsonPath.read(METADATA.toFile(), "$.properties[*]");
	}

	private static List<Map<String, String>> groups() throws IOException {
		return JsonPath.read(METADATA.toFile(), "$.groups[*]");
	}

}
