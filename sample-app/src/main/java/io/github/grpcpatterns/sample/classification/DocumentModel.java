/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.sample.classification.v1.DocumentType;
import opennlp.tools.doccat.DoccatFactory;
import opennlp.tools.doccat.DoccatModel;
import opennlp.tools.doccat.DocumentCategorizerME;
import opennlp.tools.doccat.DocumentSample;
import opennlp.tools.ml.AbstractEventTrainer;
import opennlp.tools.ml.maxent.quasinewton.QNTrainer;
import opennlp.tools.ml.model.MaxentModel;
import opennlp.tools.util.ObjectStreamUtils;
import opennlp.tools.util.TrainingParameters;

/**
 * OpenNLP's document categorizer, trained to tell document types apart. Maximum entropy
 * with a penalty on large weights: naive Bayes guesses as well here, but is as sure when
 * it is wrong as when it is right. Immutable, for any number of threads.
 */
final class DocumentModel {

	/** The language code that says there is none. */
	private static final String ANY_LANGUAGE = "x-unspecified";

	private static final int ITERATIONS = 100;

	/** Features that fewer documents have are left out. */
	private static final int CUTOFF = 2;

	private static final double PENALTY = 0.1;

	private static final int MAX_KEYWORDS = 8;

	private static final int MIN_KEYWORD_LENGTH = 3;

	/** Without any feature each of the five types has a probability of 0.2. */
	private static final double MIN_KEYWORD_PROBABILITY = 0.22;

	private final DocumentCategorizerME categorizer;

	private final MaxentModel weights;

	private final DocumentType[] types;

	private final String version;

	private DocumentModel(DoccatModel model, String version) {
		this.categorizer = new DocumentCategorizerME(model);
		this.weights = model.getMaxentModel();
		this.types = new DocumentType[this.weights.getNumOutcomes()];
		Arrays.setAll(this.types, (i) -> DocumentType.valueOf(this.weights.getOutcome(i)));
		this.version = version;
	}

	/**
	 * Train a model. Takes about a second for two hundred documents; the same documents
	 * always make the same model.
	 * @param corpus the documents to learn from
	 * @return the model
	 */
	static DocumentModel train(Corpus corpus) {
		List<DocumentSample> samples = corpus.documents()
			.stream()
			.map((document) -> new DocumentSample(document.type().name(), TextFeatures.of(document.text()).all()))
			.toList();
		TrainingParameters parameters = new TrainingParameters();
		parameters.put(TrainingParameters.ALGORITHM_PARAM, QNTrainer.MAXENT_QN_VALUE);
		parameters.put(AbstractEventTrainer.DATA_INDEXER_PARAM, AbstractEventTrainer.DATA_INDEXER_ONE_PASS_VALUE);
		parameters.put(TrainingParameters.ITERATIONS_PARAM, ITERATIONS);
		parameters.put(TrainingParameters.CUTOFF_PARAM, CUTOFF);
		parameters.put(QNTrainer.L1COST_PARAM, 0.0);
		parameters.put(QNTrainer.L2COST_PARAM, PENALTY);
		try {
			DoccatModel model = DocumentCategorizerME.train(ANY_LANGUAGE, ObjectStreamUtils.createObjectStream(samples),
					parameters, new DoccatFactory());
			return new DocumentModel(model, version(samples));
		}
		catch (IOException ex) {
			throw new IllegalStateException("Reading samples from memory failed", ex);
		}
	}

	private static String version(List<DocumentSample> samples) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			for (DocumentSample sample : samples) {
				digest.update(sample.getCategory().getBytes(StandardCharsets.UTF_8));
				for (String feature : sample.getText()) {
					digest.update((byte) 0);
					digest.update(feature.getBytes(StandardCharsets.UTF_8));
				}
			}
			return "opennlp-" + HexFormat.of().formatHex(digest.digest(), 0, 4);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Return the version: {@code opennlp-} and eight hexadecimal digits of the digest of
	 * what the model was trained with.
	 * @return the version
	 */
	String version() {
		return this.version;
	}

	/**
	 * Judge a text.
	 * @param text the text
	 * @param withKeywords whether to look for keywords
	 * @return one score per type, best first; the confidences add up to 1
	 */
	List<Score> judge(String text, boolean withKeywords) {
		TextFeatures features = TextFeatures.of(text);
		double[] probabilities = this.categorizer.categorize(features.all());
		Map<DocumentType, List<String>> keywords = withKeywords ? keywords(features) : Map.of();
		List<Score> scores = new ArrayList<>();
		for (int i = 0; i < probabilities.length; i++) {
			scores.add(new Score(this.types[i], probabilities[i], keywords.getOrDefault(this.types[i], List.of())));
		}
		scores.sort(Comparator.comparingDouble(Score::confidence).reversed());
		return scores;
	}

	/**
	 * Ask the model about each word alone: it is a keyword of the type that it speaks
	 * most for, if it says enough.
	 */
	private Map<DocumentType, List<String>> keywords(TextFeatures features) {
		Map<DocumentType, List<Keyword>> found = new EnumMap<>(DocumentType.class);
		for (String word : new LinkedHashSet<>(features.words())) {
			if (word.length() >= MIN_KEYWORD_LENGTH && !TextFeatures.isSign(word)) {
				double[] probabilities = this.categorizer.categorize(TextFeatures.ofWord(word));
				int best = this.weights.getIndex(this.weights.getBestOutcome(probabilities));
				if (probabilities[best] >= MIN_KEYWORD_PROBABILITY) {
					found.computeIfAbsent(this.types[best], (type) -> new ArrayList<>())
						.add(new Keyword(word, probabilities[best]));
				}
			}
		}
		Map<DocumentType, List<String>> keywords = new EnumMap<>(DocumentType.class);
		found.forEach((type, words) -> keywords.put(type,
				words.stream()
					.sorted(Comparator.comparingDouble(Keyword::probability).reversed())
					.limit(MAX_KEYWORDS)
					.map(Keyword::word)
					.toList()));
		return keywords;
	}

	/**
	 * How much speaks for one type.
	 *
	 * @param type the type
	 * @param confidence its probability
	 * @param keywords the words that speak most for it, strongest first, at most eight
	 */
	record Score(DocumentType type, double confidence, List<String> keywords) {
	}

	private record Keyword(String word, double probability) {
	}

}
