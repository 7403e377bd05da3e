/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

/**
 * Finds the closest spelling of a name.
 */
final class Spelling {

	/** Names that differ by more have nothing to do with each other. */
	private static final int MAX_DISTANCE = 4;

	private Spelling() {
	}

	/**
	 * Return whether a name may be another one misspelt.
	 * @param name the name
	 * @param distance its distance from the other one
	 */
	static boolean near(String name, int distance) {
		return distance <= Math.min(MAX_DISTANCE, (name.length() + 1) / 2);
	}

	/**
	 * The Levenshtein distance: how many characters to insert, delete or replace.
	 */
	static int distance(String a, String b) {
		int[] previous = new int[b.length() + 1];
		for (int j = 0; j <= b.length(); j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= a.length(); i++) {
			int[] row = new int[b.length() + 1];
			row[0] = i;
			for (int j = 1; j <= b.length(); j++) {
				int replace = previous[j - 1] + ((a.charAt(i - 1) == b.charAt(j - 1)) ? 0 : 1);
				row[j] = Math.min(replace, 1 + Math.min(previous[j], row[j - 1]));
			}
			previous = row;
		}
		return previous[b.length()];
	}

}
