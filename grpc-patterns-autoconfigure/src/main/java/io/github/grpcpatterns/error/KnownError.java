/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.List;

import com.google.protobuf.Message;
import io.github.grpcpatterns.EndReason;
import io.grpc.Status;

/**
 * The mapping of one exception class.
 *
 * @param code the status code
 * @param reason the reason
 * @param details details that the client gets
 */
record KnownError(Status.Code code, EndReason reason, List<Message> details) {

	KnownError(Status.Code code) {
		this(code, EndReason.FAILED);
	}

	KnownError(Status.Code code, EndReason reason) {
		this(code, reason, List.of());
	}

}
