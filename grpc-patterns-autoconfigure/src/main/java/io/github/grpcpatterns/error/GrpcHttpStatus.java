/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.grpc.Status;

/**
 * Maps gRPC status codes to HTTP statuses.
 *
 * @see <a href=
 * "https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto">google/rpc/code.proto</a>
 */
public final class GrpcHttpStatus {

	private GrpcHttpStatus() {
	}

	/**
	 * Return the HTTP status for a code.
	 * @param code the gRPC status code
	 * @return the HTTP status; 499 for {@code CANCELLED}, which no standard names
	 */
	public static int of(Status.Code code) {
		return switch (code) {
			case OK -> 200;
			case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
			case UNAUTHENTICATED -> 401;
			case PERMISSION_DENIED -> 403;
			case NOT_FOUND -> 404;
			case ALREADY_EXISTS, ABORTED -> 409;
			case RESOURCE_EXHAUSTED -> 429;
			case CANCELLED -> 499;
			case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
			case UNIMPLEMENTED -> 501;
			case UNAVAILABLE -> 503;
			case DEADLINE_EXCEEDED -> 504;
		};
	}

}
