/**
 * Brings a server to its end without losing calls.
 * <p>
 * When a server stops, health turns to {@code NOT_SERVING} first. After
 * {@code pre-stop-delay}, in which calls are served as ever, the server sends its clients
 * elsewhere, ends health watches, refuses the calls that arrive all the same, and tells
 * the handlers of those under way through {@link io.github.grpcpatterns.shutdown.Drain}.
 * What is left after {@code drain-timeout} is ended. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       shutdown:
 *         pre-stop-delay: 5s
 *         drain-timeout: 20s
 * }</pre>
 * <table>
 * <caption>What callers see</caption>
 * <tr>
 * <th>status</th>
 * <th>reason</th>
 * <th>when</th>
 * <th>safe to repeat</th>
 * </tr>
 * <tr>
 * <td>{@code UNAVAILABLE}, {@code RetryInfo} of 1 s</td>
 * <td>{@code SERVER_DRAINING}</td>
 * <td>the call arrived too late</td>
 * <td>yes</td>
 * </tr>
 * <tr>
 * <td>{@code UNAVAILABLE}, {@code RetryInfo} of 1 s</td>
 * <td>{@code SERVER_DRAINING}</td>
 * <td>the call was under way after the drain timeout</td>
 * <td>unless the trailer {@code grpc-retry-pushback-ms} is negative: then the handler has
 * begun, and its method is not idempotent</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.shutdown;

import org.jspecify.annotations.NullMarked;
