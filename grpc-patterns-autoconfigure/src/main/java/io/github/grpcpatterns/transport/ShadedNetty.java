/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Configures builders of grpc-netty-shaded.
 */
final class ShadedNetty {

	static final String VERSIONS = "/META-INF/io.grpc.netty.shaded.io.netty.versions.properties";

	private ShadedNetty() {
	}

	static void maxConcurrentCalls(ServerBuilder<?> builder, int calls) {
		((NettyServerBuilder) builder).maxConcurrentCallsPerConnection(calls);
	}

	static void maxResets(ServerBuilder<?> builder, int resets, int seconds) {
		((NettyServerBuilder) builder).maxRstFramesPerWindow(resets, seconds);
	}

	/**
	 * Return the version of the Netty inside, by the artifact that the jar's own file
	 * names.
	 * @return the version, or {@code null} where the jar does not say
	 */
	static @Nullable String version() {
		try (InputStream file = NettyServerBuilder.class.getResourceAsStream(VERSIONS)) {
			Properties versions = new Properties();
			if (file != null) {
				versions.load(file);
			}
			return versions.stringPropertyNames()
				.stream()
				.filter((name) -> name.endsWith(".version"))
				.map(versions::getProperty)
				.findFirst()
				.orElse(null);
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Return the version of grpc-java that the transport is of.
	 * @return the version, or {@code null} where its jar does not say
	 */
	static @Nullable String grpcVersion() {
		return NettyServerBuilder.class.getPackage().getImplementationVersion();
	}

}
