/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

/**
 * Signals that the rules of a request type do not compile.
 */
final class BrokenRulesException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String type;

	BrokenRulesException(String type, Exception cause) {
		super("the rules of " + type + " do not compile: " + cause.getMessage(), cause);
		this.type = type;
	}

	String type() {
		return this.type;
	}

}
