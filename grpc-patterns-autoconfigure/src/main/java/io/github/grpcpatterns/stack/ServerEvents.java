/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.function.Function;

import io.grpc.Server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.Ordered;

/**
 * Notifies the listeners when a stack starts and stops a server, from the events of the
 * stack, whose source is the server's lifecycle.
 *
 * @param <E> what the stack's events have in common
 */
final class ServerEvents<E extends ApplicationEvent> implements SmartApplicationListener {

	private final Class<E> type;

	private final Class<? extends E> started;

	private final Class<? extends E> stopping;

	private final Function<E, Server> server;

	private final ObjectProvider<ServerLifecycleListener> listeners;

	ServerEvents(Class<E> type, Class<? extends E> started, Class<? extends E> stopping, Function<E, Server> server,
			ObjectProvider<ServerLifecycleListener> listeners) {
		this.type = type;
		this.started = started;
		this.stopping = stopping;
		this.server = server;
		this.listeners = listeners;
	}

	/**
	 * Last of all listeners, so it is added when the methods that listen are: what the
	 * application does at the end, such as leaving a registry, comes before its calls are
	 * waited for.
	 */
	SmartInitializingSingleton addedTo(ConfigurableApplicationContext context) {
		return () -> context.addApplicationListener(this);
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return this.type.isAssignableFrom(eventType);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (this.started.isInstance(event)) {
			Server server = this.server.apply(this.type.cast(event));
			this.listeners.forEach((listener) -> listener.started(server, (Lifecycle) event.getSource()));
		}
		else if (this.stopping.isInstance(event)) {
			Server server = this.server.apply(this.type.cast(event));
			this.listeners.forEach((listener) -> listener.stopping(server));
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false; // the stack goes on when this returns
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
