/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import io.github.grpcpatterns.EndReason;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * The end of a call by a pattern: the status and trailers to send, and the reason.
 *
 * @param status the status for the client
 * @param trailers the trailers for the client, used for one call only
 * @param reason the reason for log, meters and the list of live streams
 */
public record CallEnding(Status status, Metadata trailers, EndReason reason) {
}
