/**
 * Turns whatever leaves a handler into a status with {@code google.rpc} details, and
 * reads such statuses where they arrive.
 * <p>
 * On the server, {@code grpc.patterns.server.errors}: an exception or {@code Error} that
 * a handler, one of its callbacks or an interceptor of the user's throws, or hands to
 * {@code onError}, ends the call once. What it becomes, the first that knows it:
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
 * {@code CANCELLED} keep their code, the rest {@code INTERNAL}; nothing else goes on</td>
 * </tr>
 * <tr>
 * <td>{@code StatusException}, {@code StatusRuntimeException}</td>
 * <td>its own, with its description and trailers</td>
 * </tr>
 * <tr>
 * <td>what a {@link io.github.grpcpatterns.error.GrpcExceptionMapper} knows</td>
 * <td>what it says</td>
 * </tr>
 * <tr>
 * <td>a class of {@code mappings}, or a subclass</td>
 * <td>the code set there</td>
 * </tr>
 * <tr>
 * <td>what a {@code @GrpcAdvice} or {@code GrpcExceptionHandler} of the stack knows</td>
 * <td>what it says</td>
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
 * Where calls are made: {@link io.github.grpcpatterns.error.GrpcErrors} reads what
 * arrived, {@link io.github.grpcpatterns.error.GrpcHttpStatus} says it in HTTP.
 */
@NullMarked
package io.github.grpcpatterns.error;

import org.jspecify.annotations.NullMarked;
