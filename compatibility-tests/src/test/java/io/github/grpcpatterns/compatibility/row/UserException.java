/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.grpc.Status;
import io.grpc.StatusException;

/**
 * What the application's handler of the stack knows, and nobody else.
 */
public final class UserException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public UserException(String message) {
		super(message);
	}

	static StatusException answer() {
		return Status.DATA_LOSS.withDescription("the user's own answer").asException();
	}

}
