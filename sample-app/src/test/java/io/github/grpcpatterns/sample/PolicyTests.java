/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the effective policy of every method with the one that was accepted, so that a
 * change of policy is seen where it is reviewed.
 */
class PolicyTests {

	private static final Path ACCEPTED = Path.of("policy.json");

	private static final String RENEW = "./mvnw -pl sample-app -am -DskipTests package && java -jar"
			+ " sample-app/target/sample-app-*.jar --grpc.patterns.report=sample-app/policy.json";

	@TempDir
	private Path directory;

	@Test
	void thePolicyIsTheAcceptedOne() throws Exception {
		String accepted = Files.readString(ACCEPTED);
		String policy = report();
		assertThat(changes(accepted, policy)).as("the policy changed; if it was meant to, renew it:%n%s", RENEW)
			.isEmpty();
		assertThat(policy).as("the report is written otherwise; renew it:%n%s", RENEW).isEqualTo(accepted);
	}

	/**
	 * As on the command line, in a process that the report ends.
	 */
	private String report() throws Exception {
		Path report = this.directory.resolve("policy.json");
		Path output = this.directory.resolve("output.txt");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				classPath(), SampleApplication.class.getName(), "--grpc.patterns.report=policy.json")
			.directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the process ends").isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(process.exitValue()).as(Files.readString(output)).isZero();
		return Files.readString(report);
	}

	private static String classPath() {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map((entry) -> Path.of(entry).toAbsolutePath().toString())
			.collect(Collectors.joining(File.pathSeparator));
	}

	@Test
	void aChangeIsNamedByMethodAndSetting() {
		String before = """
				{"methods": [
				  {"method": "a.A/Gone", "kind": "unary", "access": "public", "authorities": [], "settings": {}},
				  {"method": "a.A/Kept", "kind": "unary", "access": "authorities", "authorities": ["SCOPE_x"],
				   "settings": {"deadline.max": {"value": "90s", "property": "p"}}}]}""";
		String after = before.replace("a.A/Gone", "a.A/New").replace("90s", "5s").replace("SCOPE_x", "SCOPE_y");
		assertThat(changes(before, before)).isEmpty();
		assertThat(changes(before, after)).containsExactly("a.A/Gone: is gone",
				"a.A/Kept authorities: [SCOPE_x] -> [SCOPE_y]", "a.A/Kept deadline.max: 90s (p) -> 5s (p)",
				"a.A/New: is new, public");
	}

	private static List<String> changes(String accepted, String policy) {
		Map<String, Map<String, String>> before = methods(accepted);
		Map<String, Map<String, String>> after = methods(policy);
		List<String> changes = new ArrayList<>();
		for (String method : union(before, after)) {
			if (!after.containsKey(method)) {
				changes.add(method + ": is gone");
			}
			else if (!before.containsKey(method)) {
				changes.add(method + ": is new, " + after.get(method).get("access"));
			}
			else {
				union(before.get(method), after.get(method)).forEach((name) -> {
					String old = before.get(method).getOrDefault(name, "absent");
					String now = after.get(method).getOrDefault(name, "absent");
					if (!old.equals(now)) {
						changes.add(method + " " + name + ": " + old + " -> " + now);
					}
				});
			}
		}
		return changes;
	}

	private static TreeSet<String> union(Map<String, ?> before, Map<String, ?> after) {
		TreeSet<String> names = new TreeSet<>(before.keySet());
		names.addAll(after.keySet());
		return names;
	}

	private static Map<String, Map<String, String>> methods(String json) {
		Map<String, Map<String, String>> methods = new TreeMap<>();
		for (Map<String, Object> method : JsonPath.<List<Map<String, Object>>>read(json, "$.methods")) {
			Map<String, String> entries = new TreeMap<>();
			entries.put("kind", String.valueOf(method.get("kind")));
			entries.put("access", String.valueOf(method.get("access")));
			entries.put("authorities", text(method.get("authorities")));
			settings(method).forEach((name, setting) -> entries.put(name,
					text(setting.get("value")) + " (" + setting.get("property") + ")"));
			methods.put((String) method.get("method"), entries);
		}
		return methods;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> settings(Map<String, Object> method) {
		return (Map<String, Map<String, Object>>) method.get("settings");
	}

	private static String text(Object value) {
		return (value instanceof List<?> list)
				? list.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"))
				: String.valueOf(value);
	}

}
