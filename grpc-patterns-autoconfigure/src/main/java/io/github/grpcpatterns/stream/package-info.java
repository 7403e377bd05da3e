/**
 * Keeps streams within limits: their age, their silence, what they carry, how fast, and
 * what waits for a client that does not read.
 * <p>
 * Without this package a stream lives for ever, and a handler that sends faster than its
 * client reads fills the heap. With it, what a handler sends while the transport is not
 * ready waits in a queue of at most {@code max-pending-bytes}; every other limit is off
 * until it is set. Unary calls, health and reflection are passed over. <pre>{@code
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
 * <caption>What callers see</caption>
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
