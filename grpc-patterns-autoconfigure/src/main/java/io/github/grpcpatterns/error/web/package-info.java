/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * HTTP responses to failed gRPC calls of controllers, as RFC 9457 problems.
 * <p>
 * An uncaught {@link io.grpc.StatusRuntimeException} or {@link io.grpc.StatusException},
 * also within an {@code ExecutionException} or the like, becomes
 * {@code application/problem+json}, on Spring MVC and on WebFlux: <pre>{@code
 * {"status": 404, "title": "Not Found", "detail": "no such product", "code": "NOT_FOUND",
 *  "reason": "PRODUCT_UNKNOWN", "correlationId": "9f0c…"}
 * }</pre> Exception handlers of the application take precedence.
 */
@NullMarked
package io.github.grpcpatterns.error.web;

import org.jspecify.annotations.NullMarked;
