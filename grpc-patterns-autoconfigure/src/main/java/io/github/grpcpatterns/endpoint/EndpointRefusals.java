/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/**
 * Reports that an operator may end streams.
 */
final class EndpointRefusals implements MethodSettingsSource {

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("endpoint");
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return (method.getType() != MethodType.UNARY) ? Set.of(EndReason.TERMINATED) : Set.of();
	}

}
