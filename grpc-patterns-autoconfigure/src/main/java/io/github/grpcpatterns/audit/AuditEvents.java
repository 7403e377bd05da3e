/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Publishes decisions as Spring Boot audit events.
 */
@FunctionalInterface
interface AuditEvents {

	/**
	 * Publish a decision.
	 * @param principal the caller, {@code null} where nobody was authenticated
	 * @param data the data of the event
	 */
	void publish(@Nullable String principal, Map<String, @Nullable Object> data);

}
