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
 * <td>{@code DELETE /actuator/grpcpatterns/streams/{id}}</td>
 * <td>ends a stream with {@code CANCELLED}, {@code TERMINATED}: 204, or 404 if no open
 * stream has the id</td>
 * </tr>
 * </table>
 * It is available over HTTP only if {@code management.endpoints.web.exposure.include}
 * names it, and {@code management.endpoint.grpcpatterns.access=read-only} prevents ending
 * streams. It shows peers and principals: protect it like the others.
 */
@NullMarked
package io.github.grpcpatterns.endpoint;

import org.jspecify.annotations.NullMarked;
