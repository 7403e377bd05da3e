/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Reports the application's health through the gRPC health service of net.devh's starter.
 * <p>
 * Without this pattern net.devh's health service reports {@code SERVING} for as long as
 * the server runs, also while the database is down. With it, the worst status of the
 * named health contributors and groups of Spring Boot decides the health of the server,
 * whose service name is empty. Spring Boot's own gRPC server has settings of its own for
 * this. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       health:
 *         indicators: db, redis
 * }</pre>
 */
@NullMarked
package io.github.grpcpatterns.health;

import org.jspecify.annotations.NullMarked;
