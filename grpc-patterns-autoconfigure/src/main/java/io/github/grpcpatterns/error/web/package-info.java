/**
 * What an HTTP client is told where a controller's gRPC call fails: a problem of RFC
 * 9457.
 * <p>
 * An uncaught {@link io.grpc.StatusRuntimeException} or {@link io.grpc.StatusException},
 * also within an {@code ExecutionException} or the like, becomes
 * {@code application/problem+json}, on Spring MVC and on WebFlux: <pre>{@code
 * {"status": 404, "title": "Not Found", "detail": "no such product", "code": "NOT_FOUND",
 *  "reason": "PRODUCT_UNKNOWN", "correlationId": "9f0c…"}
 * }</pre> An exception handler of the application that knows the exception comes first.
 */
@NullMarked
package io.github.grpcpatterns.error.web;

import org.jspecify.annotations.NullMarked;
