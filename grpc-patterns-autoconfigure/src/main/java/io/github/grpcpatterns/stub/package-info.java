/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Helpers for streams on either side.
 * <p>
 * On the server, {@link io.github.grpcpatterns.stub.StreamWriter} sends the messages of a
 * source as fast as the client reads, and stops reading the source when the call ends. On
 * the client, {@link io.github.grpcpatterns.stub.ResumableStream} reopens a broken server
 * stream from the position that the caller reached. <pre>
 * the stream ends with                        reopened
 * UNAVAILABLE                                 yes
 * UNAUTHENTICATED, TOKEN_EXPIRED              yes
 * DEADLINE_EXCEEDED, STREAM_MAX_DURATION      yes
 * OK, anything else                           no
 * </pre> There are no settings: waits and attempts are those of
 * {@code grpc.patterns.client.retry}.
 */
@NullMarked
package io.github.grpcpatterns.stub;

import org.jspecify.annotations.NullMarked;
