/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import io.github.grpcpatterns.sample.classification.v1.DocumentType;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Documents whose type is known: text files in one directory per type, named after the
 * type in lower case.
 *
 * @param documents the documents, in the order of type and file name, so that the same
 * files always make the same model
 */
record Corpus(List<Document> documents) {

	/**
	 * Read the documents of a directory.
	 * @param location the directory as a resource location, {@code classpath:corpus}
	 * @return the documents
	 * @throws IOException if a document cannot be read
	 * @throws IllegalStateException if there are none, or a directory is not named after
	 * a type
	 */
	static Corpus load(String location) throws IOException {
		List<Document> documents = new ArrayList<>();
		for (Resource resource : new PathMatchingResourcePatternResolver().getResources(location + "/*/*.txt")) {
			documents.add(read(resource));
		}
		if (documents.isEmpty()) {
			throw new IllegalStateException("corpus: no documents at " + location + " (expected: <type>/<name>.txt)");
		}
		documents.sort(Comparator.comparing(Document::type).thenComparing(Document::name));
		return new Corpus(List.copyOf(documents));
	}

	private static Document read(Resource resource) throws IOException {
		URL url = resource.getURL();
		String[] path = url.getPath().split("/");
		String directory = path[path.length - 2];
		String text = resource.getContentAsString(StandardCharsets.UTF_8);
		return new Document(type(directory), path[path.length - 1], text);
	}

	private static DocumentType type(String directory) {
		try {
			return DocumentType.valueOf("DOCUMENT_TYPE_" + directory.toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalStateException("corpus: directory " + directory + " (expected: the name of a type)", ex);
		}
	}

	/**
	 * One document.
	 *
	 * @param type what it is
	 * @param name the name of its file
	 * @param text what it says
	 */
	record Document(DocumentType type, String name, String text) {
	}

}
