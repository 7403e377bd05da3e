/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.stack.ServerLifecycleListener;
import io.grpc.Server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.Lifecycle;

/**
 * Registers the meters of all methods on startup, so that a counter is there before its
 * first event: an alert does not see the increase of a counter that appears with it.
 */
final class RegisteredMeters implements SmartInitializingSingleton, ServerLifecycleListener {

	private final ObjectProvider<MetricsServerInterceptor> interceptor;

	private final RegisteredMethods methods;

	RegisteredMeters(ObjectProvider<MetricsServerInterceptor> interceptor, RegisteredMethods methods) {
		this.interceptor = interceptor;
		this.methods = methods;
	}

	@Override
	public void afterSingletonsInstantiated() {
		register();
	}

	/**
	 * Some services are known only to the server.
	 */
	@Override
	public void started(Server server, Lifecycle lifecycle) {
		register();
	}

	@Override
	public void stopping(Server server) {
	}

	private void register() {
		this.interceptor.ifAvailable((metrics) -> metrics.register(this.methods.all().values()));
	}

}
