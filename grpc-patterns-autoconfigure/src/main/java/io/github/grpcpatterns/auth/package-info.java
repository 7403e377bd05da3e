/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Authentication and authorization of calls.
 * <p>
 * On the server ({@code grpc.patterns.server.auth}) every call needs a valid bearer
 * token, unless its method is public. Methods may require authorities, streams end when
 * their token expires, and the {@link org.springframework.security.core.Authentication}
 * is available to the handler, its callbacks and {@code @PreAuthorize}:
 * {@link io.github.grpcpatterns.auth.GrpcAuthentication#current()}.
 * <table>
 * <caption>Statuses that callers receive</caption>
 * <tr>
 * <th>situation</th>
 * <th>status and reason</th>
 * <th>try again?</th>
 * </tr>
 * <tr>
 * <td>no, malformed or several credentials</td>
 * <td>{@code UNAUTHENTICATED}, {@code TOKEN_MISSING}</td>
 * <td>with a token</td>
 * </tr>
 * <tr>
 * <td>signature, algorithm, issuer, audience, not yet valid</td>
 * <td>{@code UNAUTHENTICATED}, {@code TOKEN_INVALID}</td>
 * <td>no</td>
 * </tr>
 * <tr>
 * <td>expired, at the start or during a stream</td>
 * <td>{@code UNAUTHENTICATED}, {@code TOKEN_EXPIRED}</td>
 * <td>with a new token</td>
 * </tr>
 * <tr>
 * <td>source of keys unreachable</td>
 * <td>{@code UNAVAILABLE}, {@code KEYS_UNAVAILABLE}</td>
 * <td>yes</td>
 * </tr>
 * <tr>
 * <td>valid token, missing authority</td>
 * <td>{@code PERMISSION_DENIED}, {@code ACCESS_DENIED}</td>
 * <td>no</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.auth;

import org.jspecify.annotations.NullMarked;
