package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;

/**
 * The body of a request is not the JSON that was expected.
 */
final class MalformedJsonException extends IOException {

	private static final long serialVersionUID = 1L;

	MalformedJsonException(String message) {
		super(message);
	}

}
