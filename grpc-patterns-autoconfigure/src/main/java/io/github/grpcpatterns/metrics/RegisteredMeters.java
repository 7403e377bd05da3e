/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Registers the meters of all methods before the first call, so that a counter is there
 * before its first event: an alert does not see the increase of a counter that appears
 * with it.
 */
final class RegisteredMeters implements ServedMethodsCheck {

	private final ObjectProvider<MetricsServerInterceptor> interceptor;

	private final RegisteredMethods methods;

	RegisteredMeters(ObjectProvider<MetricsServerInterceptor> interceptor, RegisteredMethods methods) {
		this.interceptor = interceptor;
		this.methods = methods;
	}

	@Override
	public void check() {
		this.interceptor.ifAvailable((metrics) -> metrics.register(this.methods.all().values()));
	}

}
