/**
 * Bounds the time of calls.
 * <p>
 * A server gives a call without a deadline a {@code default} one, cuts a longer one to
 * {@code max}, and with {@code required} refuses callers that set none. What it sets
 * itself the guard ends, so that the client is told. A client gives unary calls 30 s and
 * streams no deadline; one that is nearer, of the caller or of the call being handled,
 * wins. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       deadline:
 *         max: 1m
 *     client:
 *       deadline:
 *         unary: 5s
 * }</pre>
 * <table>
 * <caption>What callers of a server see</caption>
 * <tr>
 * <th>status</th>
 * <th>reason</th>
 * <th>when</th>
 * <th>safe to repeat</th>
 * </tr>
 * <tr>
 * <td>{@code DEADLINE_EXCEEDED}</td>
 * <td>{@code DEADLINE}</td>
 * <td>the time is over</td>
 * <td>if the method is idempotent</td>
 * </tr>
 * <tr>
 * <td>{@code INVALID_ARGUMENT}</td>
 * <td>{@code DEADLINE_REQUIRED}</td>
 * <td>the caller set no deadline</td>
 * <td>no</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.deadline;

import org.jspecify.annotations.NullMarked;
