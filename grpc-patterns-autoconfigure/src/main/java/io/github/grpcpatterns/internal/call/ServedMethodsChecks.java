/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.Server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Runs each {@link ServedMethodsCheck} once all servers are built. The adapters of the
 * stacks tell which servers there will be, and when one is built.
 */
public final class ServedMethodsChecks
		implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

	private final RegisteredMethods methods;

	private final ObjectProvider<ServedMethodsCheck> checks;

	private final Set<Object> unbuilt = ConcurrentHashMap.newKeySet();

	private volatile boolean built;

	ServedMethodsChecks(RegisteredMethods methods, ObjectProvider<ServedMethodsCheck> checks) {
		this.methods = methods;
		this.checks = checks;
	}

	/**
	 * A server is going to be built.
	 * @param factory its factory, or what identifies it
	 */
	public void expect(Object factory) {
		this.unbuilt.add(factory);
	}

	/**
	 * A server has been built and does not listen yet.
	 * @param factory what was expected
	 * @param server the server
	 */
	public void built(Object factory, Server server) {
		this.built = true;
		this.methods.add(server);
		this.unbuilt.remove(factory);
		if (this.unbuilt.isEmpty()) {
			check();
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.unbuilt.isEmpty()) {
			check();
		}
	}

	/**
	 * A factory that nobody used must not keep the others from being checked.
	 */
	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (this.built && !this.unbuilt.isEmpty()) {
			this.unbuilt.clear();
			check();
		}
	}

	private void check() {
		this.checks.orderedStream().forEach(ServedMethodsCheck::check);
	}

}
