/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The model of the shipped corpus, trained once for all tests.
 */
final class TestModel {

	static final DocumentModel INSTANCE = train();

	private TestModel() {
	}

	private static DocumentModel train() {
		try {
			return DocumentModel.train(Corpus.load("classpath:corpus"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
