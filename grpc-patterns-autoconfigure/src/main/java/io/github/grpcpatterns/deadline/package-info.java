/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Limits the duration of calls.
 * <p>
 * A server gives a call without a deadline a {@code default} one, shortens a longer one
 * to {@code max}, and with {@code required} refuses calls without a deadline. The guard
 * enforces deadlines that the server sets, so that the client receives the status. A
 * client gives unary calls 30 s and streams no deadline; an earlier deadline, of the
 * caller or of the call being handled, applies. <pre>{@code
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
 * <caption>Statuses that callers of a server receive</caption>
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
