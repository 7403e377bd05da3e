/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Limits streams: their duration, idle time, volume, rate, and the pending messages for a
 * client that does not read.
 * <p>
 * Without this package a stream can stay open forever, and a handler that sends faster
 * than its client reads fills the heap. With it, messages that a handler sends while the
 * transport is not ready wait in a queue of at most {@code max-pending-bytes}; every
 * other limit is off until it is set. Unary calls, health and reflection are not limited.
 * <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       stream:
 *         idle-timeout: 5m
 *         overrides:
 *           - methods: chat.v1.ChatService/*
 *             max-duration: 8h
 *             inbound-rate: 20
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
 * <td>{@code DEADLINE_EXCEEDED}</td>
 * <td>{@code STREAM_MAX_DURATION}</td>
 * <td>the stream is too old</td>
 * <td>yes, as a new stream</td>
 * </tr>
 * <tr>
 * <td>{@code DEADLINE_EXCEEDED}</td>
 * <td>{@code STREAM_IDLE}</td>
 * <td>no message for too long</td>
 * <td>yes, as a new stream</td>
 * </tr>
 * <tr>
 * <td>{@code RESOURCE_EXHAUSTED}</td>
 * <td>{@code STREAM_MAX_MESSAGES}, {@code STREAM_MAX_BYTES}</td>
 * <td>the stream carries too much</td>
 * <td>not as it is</td>
 * </tr>
 * <tr>
 * <td>{@code RESOURCE_EXHAUSTED}</td>
 * <td>{@code SLOW_CONSUMER}</td>
 * <td>the client reads too slowly</td>
 * <td>yes, reading faster</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.stream;

import org.jspecify.annotations.NullMarked;
