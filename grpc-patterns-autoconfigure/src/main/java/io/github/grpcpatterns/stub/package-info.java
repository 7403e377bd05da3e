/**
 * Streams for the code on either side of them.
 * <p>
 * {@link io.github.grpcpatterns.stub.StreamWriter} serves: it sends what a source yields
 * as fast as the client reads, and stops reading the source when the call ends.
 * {@link io.github.grpcpatterns.stub.ResumableStream} calls: it reopens a server stream
 * that broke, from where the caller got to. <pre>
 * the stream ends with                        reopened
 * UNAVAILABLE                                 yes
 * UNAUTHENTICATED, TOKEN_EXPIRED              yes
 * DEADLINE_EXCEEDED, STREAM_MAX_DURATION      yes
 * OK, anything else                           no
 * </pre> There is nothing to set: waits and attempts are those of
 * {@code grpc.patterns.client.retry}.
 */
@NullMarked
package io.github.grpcpatterns.stub;

import org.jspecify.annotations.NullMarked;
