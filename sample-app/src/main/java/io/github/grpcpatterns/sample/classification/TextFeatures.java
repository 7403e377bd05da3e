/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the model looks at in a text: which words and pairs of words there are, which four
 * letters in a row (scanners break words, but seldom every piece of one), how it begins
 * and ends, and how much of it is numbers. How often something occurs does not count, so
 * long texts are no surer than short ones.
 *
 * @param words the words in the order of the text, lower case, with amounts, dates,
 * numbers and currencies replaced by a sign for their kind
 */
record TextFeatures(List<String> words) {

	private static final Pattern TOKEN = Pattern.compile(
			"(?<word>\\p{L}[\\p{L}\\p{N}]*(?:['’]\\p{L}+)?)|(?<currency>\\p{Sc})|(?<number>\\d[\\d.,:/-]*)|(?<percent>%)");

	private static final Pattern AMOUNT = Pattern.compile("\\d+[.,]\\d\\d");

	private static final Pattern DATE_OR_TIME = Pattern.compile("\\d+[:/-].*");

	private static final int GRAM = 4;

	private static final char SIGN = '#';

	static TextFeatures of(String text) {
		List<String> words = new ArrayList<>();
		Matcher matcher = TOKEN.matcher(text.toLowerCase(Locale.ROOT));
		while (matcher.find()) {
			words.add(normalise(matcher));
		}
		return new TextFeatures(words);
	}

	private static String normalise(Matcher matcher) {
		String token = matcher.group();
		if (matcher.group("word") != null) {
			return mendDigits(token.replace('’', '\''));
		}
		if (matcher.group("currency") != null) {
			return SIGN + "currency";
		}
		if (matcher.group("percent") != null) {
			return SIGN + "percent";
		}
		if (AMOUNT.matcher(token).matches()) {
			return SIGN + "amount";
		}
		return SIGN + (DATE_OR_TIME.matcher(token).matches() ? "date" : "number");
	}

	/** A word with digits in it is most often a scanner's mistake. */
	private static String mendDigits(String word) {
		return word.replace('0', 'o').replace('1', 'l').replace('5', 's');
	}

	/**
	 * Return the features of the whole text.
	 * @return the features, none twice; at least one, even for an empty text
	 */
	String[] all() {
		Set<String> features = new LinkedHashSet<>();
		long signs = this.words.stream().filter(TextFeatures::isSign).count();
		features.add("signs=" + signs * 8 / Math.max(1, this.words.size()));
		for (int i = 0; i < this.words.size(); i++) {
			addWord(this.words.get(i), features);
			if (i > 0) {
				features.add("pair=" + this.words.get(i - 1) + " " + this.words.get(i));
			}
		}
		if (this.words.size() > 1) {
			features.add("first=" + this.words.get(0));
			features.add("last=" + this.words.get(this.words.size() - 1));
		}
		return features.toArray(String[]::new);
	}

	/**
	 * Return the features that one word contributes by itself.
	 * @param word the word, one of {@link #words()}
	 * @return the features
	 */
	static String[] ofWord(String word) {
		Set<String> features = new LinkedHashSet<>();
		addWord(word, features);
		return features.toArray(String[]::new);
	}

	private static void addWord(String word, Set<String> features) {
		features.add("word=" + word);
		if (!isSign(word)) {
			for (int i = 0; i + GRAM <= word.length(); i++) {
				features.add("gram=" + word.substring(i, i + GRAM));
			}
		}
	}

	static boolean isSign(String word) {
		return word.charAt(0) == SIGN;
	}

}
