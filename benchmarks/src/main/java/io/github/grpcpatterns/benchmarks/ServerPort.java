/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;

import org.springframework.context.event.EventListener;

/**
 * The port on which the server of an application listens.
 */
class ServerPort {

	private volatile int value;

	@EventListener
	void started(GrpcServerStartedEvent event) {
		this.value = event.getPort();
	}

	int value() {
		return this.value;
	}

}
