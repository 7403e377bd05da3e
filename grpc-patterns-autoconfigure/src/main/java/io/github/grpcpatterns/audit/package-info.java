/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Audits decisions about access.
 * <p>
 * Each decision about access to the configured methods is logged as one line by the
 * logger {@code grpc.patterns.audit}, and where Spring Boot's actuator is present, one
 * {@link org.springframework.boot.actuate.audit.listener.AuditApplicationEvent} of the
 * type {@code GRPC_ACCESS} with the same data. Neither depends on the level or the
 * sampling of anything else, and a token is in neither. Without this pattern decisions
 * are counted by {@code grpc.patterns.server.auth}, and refused calls are in the log line
 * of each call. <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       audit:
 *         methods: payment.v1.*
 *         on: all
 * }</pre>
 */
@NullMarked
package io.github.grpcpatterns.audit;

import org.jspecify.annotations.NullMarked;
