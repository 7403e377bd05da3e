/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Arrays;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Warns if Boot's own gRPC found both transports: it silently prefers the shaded one, and
 * then neither {@code netty.version} nor a customizer typed to the other's builder has
 * any effect.
 */
final class ShadedTransportCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(ShadedTransportCheck.class);

	private final ListableBeanFactory beanFactory;

	private final Class<?>[] shaded;

	ShadedTransportCheck(ListableBeanFactory beanFactory, Class<?>... shaded) {
		this.beanFactory = beanFactory;
		this.shaded = shaded;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (Arrays.stream(this.shaded).anyMatch((type) -> this.beanFactory.getBeanNamesForType(type).length > 0)) {
			logger.warn("Both grpc-netty-shaded and grpc-netty are on the class path, and Spring gRPC prefers the "
					+ "shaded one: 'netty.version' of the build and customizers of io.grpc.netty.NettyServerBuilder or "
					+ "NettyChannelBuilder have no effect. Exclude io.grpc:grpc-netty-shaded where a dependency "
					+ "brings it, or io.grpc:grpc-netty to keep it.");
		}
	}

}
