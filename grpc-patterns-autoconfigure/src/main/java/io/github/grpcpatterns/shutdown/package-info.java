/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Shuts servers down without losing calls.
 * <p>
 * When the application closes, health turns to {@code NOT_SERVING} and readiness to
 * {@code REFUSING_TRAFFIC}. After {@code pre-stop-delay}, during which calls are served
 * as usual, the server sends GOAWAY, ends health watches, and notifies the handlers of
 * calls in progress through {@link io.github.grpcpatterns.shutdown.Drain}. Calls that
 * remain after {@code drain-timeout} are ended. A context that is only stopped or paused
 * ends its calls at once. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       shutdown:
 *         pre-stop-delay: 5s
 *         drain-timeout: 20s
 * }</pre>
 * <table>
 * <caption>Statuses that callers receive</caption>
 * <tr>
 * <th>status</th>
 * <th>reason</th>
 * <th>when</th>
 * <th>safe to repeat</th>
 * </tr>
 * <tr>
 * <td>{@code UNAVAILABLE}, {@code RetryInfo} of 1 s</td>
 * <td>{@code SERVER_DRAINING}</td>
 * <td>the call arrived after the drain timeout</td>
 * <td>yes</td>
 * </tr>
 * <tr>
 * <td>{@code UNAVAILABLE}, {@code RetryInfo} of 1 s</td>
 * <td>{@code SERVER_DRAINING}</td>
 * <td>the call was still in progress after the drain timeout</td>
 * <td>unless the trailer {@code grpc-retry-pushback-ms} is negative: then the handler has
 * started, and its method is not idempotent</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.shutdown;

import org.jspecify.annotations.NullMarked;
