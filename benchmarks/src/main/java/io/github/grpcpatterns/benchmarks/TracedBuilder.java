/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.List;

import io.grpc.ForwardingServerBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;

/**
 * Keeps the tracers that are added to a builder.
 */
final class TracedBuilder extends ForwardingServerBuilder<TracedBuilder> {

	private final ServerBuilder<?> builder;

	private final List<ServerStreamTracer.Factory> tracers;

	TracedBuilder(ServerBuilder<?> builder, List<ServerStreamTracer.Factory> tracers) {
		this.builder = builder;
		this.tracers = tracers;
	}

	@Override
	protected ServerBuilder<?> delegate() {
		return this.builder;
	}

	@Override
	public TracedBuilder addStreamTracerFactory(ServerStreamTracer.Factory factory) {
		this.tracers.add(factory);
		return this;
	}

}
