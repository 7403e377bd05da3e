/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.settings.Settings;
import io.github.grpcpatterns.stack.StackServer;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Sets the limits on the builder of a server on Netty, except those that the stack's own
 * settings set. An in-process server has no connections to limit.
 */
final class TransportLimits implements ServerBuilderHook {

	private final TransportProperties properties;

	private final List<StackServer> servers;

	TransportLimits(TransportProperties properties, List<StackServer> servers) {
		this.properties = properties;
		this.servers = servers;
	}

	@Override
	public void customize(ServerBuilder<?> builder) {
		NettyTransport netty = NettyTransport.of(builder);
		if (netty == null) {
			return;
		}
		if (this.properties.maxConcurrentCallsPerConnection() > 0) {
			netty.maxConcurrentCalls(builder, this.properties.maxConcurrentCallsPerConnection());
		}
		if (this.properties.maxResets() > 0 && !this.properties.maxResetsPer().isZero()) {
			netty.maxResets(builder, this.properties.maxResets(), (int) this.properties.maxResetsPer().toSeconds());
		}
		builder.handshakeTimeout(handshakeMillis(), TimeUnit.MILLISECONDS);
		set("max-connection-idle", this.properties.maxConnectionIdle(),
				(nanos) -> builder.maxConnectionIdle(nanos, TimeUnit.NANOSECONDS));
		set("max-connection-age", this.properties.maxConnectionAge(),
				(nanos) -> builder.maxConnectionAge(nanos, TimeUnit.NANOSECONDS));
		set("max-connection-age-grace", this.properties.maxConnectionAgeGrace(),
				(nanos) -> builder.maxConnectionAgeGrace(nanos, TimeUnit.NANOSECONDS));
		Duration keepAlive = this.properties.permitKeepAliveTime();
		if (keepAlive != null && !setByStack("permit-keep-alive-time")) {
			// zero permits every ping, so that it is none here too
			builder.permitKeepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * grpc-java has a timeout of its own, and takes the greatest number for none.
	 */
	private long handshakeMillis() {
		long nanos = Settings.nanosOrNone(this.properties.handshakeTimeout());
		return (nanos != Long.MAX_VALUE) ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)) : nanos;
	}

	private void set(String name, @Nullable Duration value, LongConsumer limit) {
		long nanos = Settings.nanosOrNone(value);
		if (nanos != Long.MAX_VALUE && !setByStack(name)) {
			limit.accept(nanos);
		}
	}

	private boolean setByStack(String name) {
		return this.servers.stream().anyMatch((server) -> server.limits().contains(name));
	}

}
