/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.classification.v1.DocumentType;

/**
 * Counts what documents are against what they are taken for.
 */
final class ConfusionMatrix {

	private static final List<DocumentType> TYPES = Stream.of(DocumentType.values())
		.filter((type) -> type != DocumentType.UNRECOGNIZED && type != DocumentType.DOCUMENT_TYPE_UNSPECIFIED)
		.toList();

	private final Map<DocumentType, Map<DocumentType, Integer>> counts = new EnumMap<>(DocumentType.class);

	void add(DocumentType actual, DocumentType judged) {
		this.counts.computeIfAbsent(actual, (type) -> new EnumMap<>(DocumentType.class)).merge(judged, 1, Integer::sum);
	}

	double accuracy() {
		int right = TYPES.stream().mapToInt((type) -> count(type, type)).sum();
		int all = this.counts.values()
			.stream()
			.flatMap((row) -> row.values().stream())
			.mapToInt(Integer::intValue)
			.sum();
		return (double) right / all;
	}

	private int count(DocumentType actual, DocumentType judged) {
		return this.counts.getOrDefault(actual, Map.of()).getOrDefault(judged, 0);
	}

	@Override
	public String toString() {
		StringBuilder table = new StringBuilder("is \\ judged");
		TYPES.forEach((type) -> table.append(String.format("%10s", name(type))));
		TYPES.forEach((actual) -> {
			table.append(String.format("%n%-11s", name(actual)));
			TYPES.forEach((judged) -> table.append(String.format("%10d", count(actual, judged))));
		});
		return table.append(String.format(Locale.ROOT, "%naccuracy %.3f", accuracy())).toString();
	}

	private static String name(DocumentType type) {
		return type.name().substring("DOCUMENT_TYPE_".length()).toLowerCase(Locale.ROOT);
	}

}
