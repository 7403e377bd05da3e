/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.grpc.MethodDescriptor;

/**
 * Reports that a call may be refused because the executor of the handlers rejects it.
 *
 * @param chosen the executor
 */
record ExecutorRefusals(ChosenExecutor chosen) implements MethodSettingsSource {

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("executor");
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return (this.chosen.executor() != null) ? Set.of(EndReason.OVERLOADED) : Set.of();
	}

}
