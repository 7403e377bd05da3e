/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Maps exceptions to statuses with {@code google.rpc} details, and reads such statuses on
 * the client.
 * <p>
 * On the server ({@code grpc.patterns.server.errors}), an exception or {@code Error} that
 * a handler, one of its callbacks or an interceptor of the application throws, or passes
 * to {@code onError}, ends the call once. The first match decides:
 * <table>
 * <caption>The mapping</caption> <thead>
 * <tr>
 * <th>exception</th>
 * <th>status</th>
 * </tr>
 * </thead> <tbody>
 * <tr>
 * <td>failure of an outbound call</td>
 * <td>{@code UNAVAILABLE}, {@code DEADLINE_EXCEEDED}, {@code RESOURCE_EXHAUSTED} and
 * {@code CANCELLED} keep their code, the rest becomes {@code INTERNAL}; nothing else is
 * passed on</td>
 * </tr>
 * <tr>
 * <td>{@code StatusException}, {@code StatusRuntimeException}</td>
 * <td>its own, with its description and trailers</td>
 * </tr>
 * <tr>
 * <td>mapped by a {@link io.github.grpcpatterns.error.GrpcExceptionMapper}</td>
 * <td>its result</td>
 * </tr>
 * <tr>
 * <td>a class of {@code mappings}, or a subclass</td>
 * <td>the code set there</td>
 * </tr>
 * <tr>
 * <td>handled by a {@code @GrpcAdvice} or {@code GrpcExceptionHandler} of the stack</td>
 * <td>its result</td>
 * </tr>
 * <tr>
 * <td>built in, such as {@code NoSuchElementException}</td>
 * <td>such as {@code NOT_FOUND}</td>
 * </tr>
 * <tr>
 * <td>any other</td>
 * <td>{@code INTERNAL}, {@code internal error}; logged with its stack trace</td>
 * </tr>
 * </tbody>
 * </table>
 * <p>
 * On the client, {@link io.github.grpcpatterns.error.GrpcErrors} reads the error of a
 * call, and {@link io.github.grpcpatterns.error.GrpcHttpStatus} maps it to HTTP.
 */
@NullMarked
package io.github.grpcpatterns.error;

import org.jspecify.annotations.NullMarked;
