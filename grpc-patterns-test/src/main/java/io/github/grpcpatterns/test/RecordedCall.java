/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call that ended, as the log line and the meters tell it.
 *
 * @param method the full name, {@code package.Service/Method}
 * @param status the status on which server and client agree
 * @param reason what ended the call
 * @param principal the name of the caller, {@code null} where it was not authenticated
 * @param messagesReceived the messages that reached the handler
 * @param messagesSent the messages that were handed to the transport
 * @param correlationId the id, {@code null} where the correlation pattern is off
 */
public record RecordedCall(String method, Status.Code status, EndReason reason, @Nullable String principal,
		long messagesReceived, long messagesSent, @Nullable String correlationId) {
}
