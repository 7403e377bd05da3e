/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The actuator endpoint {@code grpcpatterns}, which shows the effective policies and ends
 * streams.
 * <table>
 * <caption>Operations</caption>
 * <tr>
 * <th>request</th>
 * <th>answer</th>
 * </tr>
 * <tr>
 * <td>{@code GET /actuator/grpcpatterns}</td>
 * <td>each method with its access, its settings and the property that decided each</td>
 * </tr>
 * <tr>
 * <td>{@code GET /actuator/grpcpatterns/streams}</td>
 * <td>the live streams</td>
 * </tr>
 * <tr>
 * <td>{@code GET /actuator/grpcpatterns/refusals}</td>
 * <td>the last 100 calls that a policy refused or ended</td>
 * </tr>
 * <tr>
 * <td>{@code DELETE /actuator/grpcpatterns/streams/{id}}</td>
 * <td>ends a stream with {@code CANCELLED}, {@code TERMINATED}: 204, or 404 if no open
 * stream has the id</td>
 * </tr>
 * </table>
 * It is available over HTTP only if {@code management.endpoints.web.exposure.include}
 * names it, and {@code management.endpoint.grpcpatterns.access=read-only} prevents ending
 * streams. It shows peers and principals: protect it like the others.
 * <p>
 * {@code --grpc.patterns.report=policy.json} writes the methods to a file instead of
 * starting the application.
 */
@NullMarked
package io.github.grpcpatterns.endpoint;

import org.jspecify.annotations.NullMarked;
