/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the picture of the packages in {@code docs/architecture.md}, which is made
 * from the code.
 */
class PackagesPictureTests {

	private static final String BASE = "io.github.grpcpatterns";

	private static final Path PAGE = Path.of("..", "docs", "architecture.md");

	@Test
	void thePageShowsThePackagesAsTheyAre() throws IOException {
		JavaClasses classes = new ClassFileImporter().importPath(Path.of("target", "classes"));
		assertThat(Files.readString(PAGE)).contains(picture(classes));
	}

	/**
	 * Draw each room with what it uses, and the patterns as one: a pattern uses the rooms
	 * and no other pattern. What is used by way of another room is left out.
	 */
	private static String picture(JavaClasses classes) {
		Map<String, Set<String>> uses = new TreeMap<>();
		for (JavaClass type : classes) {
			String from = room(type.getPackageName());
			type.getDirectDependenciesFromSelf()
				.stream()
				.map((dependency) -> dependency.getTargetClass().getPackageName())
				.filter((name) -> name.equals(BASE) || name.startsWith(BASE + "."))
				.map(PackagesPictureTests::room)
				.filter((to) -> !to.equals(from))
				.forEach((to) -> uses.computeIfAbsent(from, (room) -> new TreeSet<>()).add(to));
		}
		StringBuilder picture = new StringBuilder("```mermaid\nflowchart TD\n");
		uses.forEach((from, all) -> all.stream()
			.filter((to) -> all.stream().noneMatch((by) -> !by.equals(to) && reaches(uses, by, to)))
			.forEach((to) -> picture.append("    ").append(node(from)).append(" --> ").append(node(to)).append('\n')));
		return picture.append("```\n").toString();
	}

	private static boolean reaches(Map<String, Set<String>> uses, String from, String to) {
		Set<String> next = uses.getOrDefault(from, Set.of());
		return next.contains(to) || next.stream().anyMatch((by) -> reaches(uses, by, to));
	}

	private static String room(String packageName) {
		String name = packageName.equals(BASE) ? "base" : packageName.substring(BASE.length() + 1);
		return (name.equals("base") || name.equals("stack") || name.startsWith("internal.")) ? name : "patterns";
	}

	private static String node(String room) {
		return room.replace('.', '_') + "[\"" + room + "\"]";
	}

}
