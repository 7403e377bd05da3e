/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

/**
 * Signals that methods require a token and there is no source of keys to verify tokens
 * with.
 */
final class MissingKeySourceException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final transient List<String> methods;

	MissingKeySourceException(List<String> methods) {
		super("no source of keys to verify tokens with, required by " + String.join(", ", methods));
		this.methods = methods;
	}

	List<String> methods() {
		return this.methods;
	}

}
