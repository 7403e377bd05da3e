/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.StackServer;
import io.github.grpcpatterns.transport.TransportProperties.Exposure;
import io.grpc.ServerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a server on Netty before it is built, and thus before it listens: the versions
 * that it uses, and its exposure to other hosts. Whether it serves reflection is known
 * once it is built.
 * <p>
 * The stack's settings determine how it listens. TLS that a customizer of the application
 * enables is not detected; use {@code plaintext: allow} then.
 */
final class TransportGuards implements ServerBuilderHook, ServedMethodsCheck {

	private static final Logger logger = LoggerFactory.getLogger(TransportGuards.class);

	private static final String PREFIX = "grpc.patterns.server.transport.";

	private final TransportProperties properties;

	private final VersionCheck versions;

	private final List<StackServer> servers;

	private final RegisteredMethods methods;

	private volatile boolean netty;

	TransportGuards(TransportProperties properties, VersionCheck versions, List<StackServer> servers,
			RegisteredMethods methods) {
		this.properties = properties;
		this.versions = versions;
		this.servers = servers;
		this.methods = methods;
	}

	@Override
	public void customize(ServerBuilder<?> builder) {
		NettyTransport netty = NettyTransport.of(builder);
		if (netty == null) {
			return;
		}
		this.netty = true;
		this.versions.check(netty);
		this.servers.stream().filter((server) -> isBeyondLoopback(server.address())).forEach(this::checkPlaintext);
	}

	@Override
	public void check() {
		if (this.netty && this.methods.all().keySet().stream().anyMatch(InfrastructureMethods::reflection)) {
			this.servers.stream().filter((server) -> isBeyondLoopback(server.address())).forEach(this::checkReflection);
		}
	}

	private void checkPlaintext(StackServer server) {
		if (!server.tls()) {
			report("plaintext", this.properties.plaintext(),
					"The server listens on %s without TLS: anyone on the network path can read and change every call, tokens included."
						.formatted(listening(server)),
					"Turn TLS on with '%s', or listen on loopback only with '%s'".formatted(server.tlsProperty(),
							server.addressProperty()));
		}
	}

	private void checkReflection(StackServer server) {
		report("reflection-beyond-loopback", this.properties.reflectionBeyondLoopback(),
				"The server listens on %s and serves reflection, which describes every service, method and message to anyone who can call it."
					.formatted(listening(server)),
				"Turn it off with '%s=false', or listen on loopback only with '%s'"
					.formatted(server.reflectionProperty(), server.addressProperty()));
	}

	private static void report(String setting, Exposure exposure, String text, String action) {
		switch (exposure) {
			case WARN -> logger.warn("{} {}; if this is intended, set '{}{}=allow'.", text, action, PREFIX, setting);
			case DENY -> throw new SettingException(PREFIX + setting, "deny", text, action + ".");
			case ALLOW -> {
			}
		}
	}

	private static String listening(StackServer server) {
		return server.address().equals("*") ? "every address" : server.address();
	}

	private static boolean isBeyondLoopback(String address) {
		if (address.startsWith("unix:")) {
			return false;
		}
		if (address.equals("*")) {
			return true;
		}
		try {
			return !InetAddress.getByName(address).isLoopbackAddress();
		}
		catch (UnknownHostException ex) {
			return true;
		}
	}

}
