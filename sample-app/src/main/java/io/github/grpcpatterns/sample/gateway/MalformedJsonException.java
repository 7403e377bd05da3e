/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The body of a request is not the JSON of a message. The text is safe to return, because
 * it repeats nothing but what the client sent.
 */
class MalformedJsonException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MalformedJsonException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
