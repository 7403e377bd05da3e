/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Limits the rate of inbound calls.
 * <p>
 * Off unless a rate is set. A token bucket holds {@code burst} calls and fills with
 * {@code calls-per-second}; each method has one, or each principal or peer has one for
 * all methods that share the setting. With a Bucket4j {@code ProxyManager} bean all
 * instances share the buckets. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       rate-limit:
 *         calls-per-second: 50
 *         per: principal
 *         overrides:
 *           - methods: user.v1.UserService/CreateUser
 *             calls-per-second: 0.5
 *             per: peer
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
 * <td>{@code RESOURCE_EXHAUSTED}</td>
 * <td>{@code RATE_LIMITED}</td>
 * <td>the bucket is empty, or the shared store fails and {@code on-store-failure} is
 * {@code reject}</td>
 * <td>yes, after the time in {@code RetryInfo}</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.ratelimit;

import org.jspecify.annotations.NullMarked;
