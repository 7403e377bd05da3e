/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Validates requests against the rules in their proto files, with protovalidate.
 * <p>
 * Enabled if protovalidate is on the class path. Each message of a request is checked
 * before the handler gets it, of all four kinds of call. Rules that do not compile fail
 * the start. <pre>{@code
 * message CreateUserRequest {
 *   string name = 1 [(buf.validate.field).string.min_len = 1];
 *   string email = 2 [(buf.validate.field).string.email = true];
 * }
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
 * <td>{@code INVALID_ARGUMENT}</td>
 * <td>{@code INVALID_REQUEST}</td>
 * <td>a message breaks its rules; {@code BadRequest} names the fields</td>
 * <td>no</td>
 * </tr>
 * <tr>
 * <td>{@code INTERNAL}</td>
 * <td>{@code INTERNAL}</td>
 * <td>a rule failed when it was evaluated; the log says why</td>
 * <td>no</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.validation;

import org.jspecify.annotations.NullMarked;
