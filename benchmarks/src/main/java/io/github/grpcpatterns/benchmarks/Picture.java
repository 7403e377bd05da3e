/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.List;
import java.util.Locale;

import io.github.grpcpatterns.benchmarks.Results.Table;

/**
 * Bars of two tables as SVG, readable on light and on dark.
 */
final class Picture {

	private static final int WIDTH = 760;

	private static final int LABELS = 390;

	private static final int ROW = 26;

	private final StringBuilder svg = new StringBuilder();

	private int y;

	private Picture() {
	}

	static String of(Results results) {
		Picture picture = new Picture();
		picture.bars("CPU of a server for a unary call, grpc-java alone is 1", results.table("peers"), 2, " ×");
		picture.bars("CPU of the chain alone for a unary call, in nanoseconds", results.table("ChainBenchmark-unary"),
				3, "");
		return String.format(Locale.ROOT, """
				<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
				<title>The cost of a call, from benchmarks/results/results.json</title>
				<style>
				text { font: 13px sans-serif; fill: #1f2328 }
				.title { font-weight: bold }
				rect { fill: #1a7f64 }
				@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #3fb991 } }
				</style>
				%3$s</svg>
				""", WIDTH, picture.y + 10, picture.svg);
	}

	private void bars(String title, Table table, int column, String unit) {
		this.y += 30;
		text(8, "title", title);
		this.y += 10;
		List<List<Object>> rows = table.rows();
		double most = rows.stream().mapToDouble((row) -> number(row.get(column))).max().orElse(1);
		for (List<Object> row : rows) {
			this.y += ROW;
			text(8, "label", row.get(0).toString());
			double value = number(row.get(column));
			double length = Math.max(1, (WIDTH - LABELS - 80) * value / most);
			this.svg.append(String.format(Locale.ROOT,
					"<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\"/>%n", LABELS, this.y - 13, length));
			text((int) (LABELS + length + 6), "value", Table.text(value) + unit);
		}
	}

	private static double number(Object cell) {
		return ((Number) cell).doubleValue();
	}

	private void text(int x, String type, String text) {
		this.svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>%n", x, this.y, type,
				text.replace("&", "&amp;").replace("<", "&lt;")));
	}

}
