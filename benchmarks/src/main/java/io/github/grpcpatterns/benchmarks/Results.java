/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured, as {@code results.json} and as Markdown.
 *
 * @param tables the tables by name
 */
record Results(Map<String, Table> tables) {

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	static Results read(Path file) throws IOException {
		return Files.exists(file) ? JSON.readValue(Files.readString(file), Results.class) : new Results(Map.of());
	}

	/**
	 * Return these results with some tables replaced.
	 */
	Results with(Map<String, Table> newer) {
		Map<String, Table> tables = new TreeMap<>(this.tables);
		tables.putAll(newer);
		return new Results(tables);
	}

	void write(Path directory) throws IOException {
		Files.createDirectories(directory);
		Files.writeString(directory.resolve("results.json"), JSON.writeValueAsString(this) + "\n");
		String markdown = this.tables.entrySet()
			.stream()
			.map((table) -> "## " + table.getKey() + "\n\n" + table.getValue().markdown())
			.collect(Collectors.joining("\n"));
		Files.writeString(directory.resolve("results.md"),
				"# Results\n\nWritten by `benchmarks`, not by hand.\n\n" + markdown);
	}

	Table table(String name) {
		Table table = this.tables.get(name);
		if (table == null) {
			throw new IllegalArgumentException(
					name + ": no such table (expected: one of " + this.tables.keySet() + ")");
		}
		return table;
	}

	/**
	 * One table.
	 *
	 * @param command measures it again
	 * @param machine facts of the machine, the libraries and the commit, by name
	 * @param columns headers, with the unit
	 * @param rows as many cells as columns, each a text or a number
	 */
	record Table(String command, Map<String, String> machine, List<String> columns, List<List<Object>> rows) {

		String markdown() {
			return "| " + String.join(" | ", this.columns) + " |\n" + "| --- ".repeat(this.columns.size()) + "|\n"
					+ this.rows.stream()
						.map((row) -> "| " + row.stream().map(Table::text).collect(Collectors.joining(" | ")) + " |\n")
						.collect(Collectors.joining())
					+ "\n`" + this.command + "`: " + String.join(", ", this.machine.values()) + ".\n";
		}

		/**
		 * Three digits that count.
		 */
		static String text(Object cell) {
			if (cell instanceof Integer) {
				return String.format(Locale.ROOT, "%,d", cell);
			}
			if (!(cell instanceof Number number)) {
				return cell.toString();
			}
			double value = number.doubleValue();
			if (Math.abs(value) < 0.005) {
				return "0";
			}
			int digits = (int) Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(value)))));
			return String.format(Locale.ROOT, "%,." + digits + "f", value);
		}

	}

}
