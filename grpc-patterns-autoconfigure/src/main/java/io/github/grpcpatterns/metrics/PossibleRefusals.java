/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.grpc.MethodDescriptor;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The reasons for which the patterns of one side may refuse a call of a method.
 *
 * @param side the side
 * @param sources the patterns
 */
record PossibleRefusals(ActivePattern.Side side,
		ObjectProvider<MethodSettingsSource> sources) implements Function<MethodDescriptor<?, ?>, Set<EndReason>> {

	@Override
	public Set<EndReason> apply(MethodDescriptor<?, ?> method) {
		Set<EndReason> reasons = EnumSet.noneOf(EndReason.class);
		this.sources.stream()
			.filter((source) -> source.pattern().side() == this.side)
			.forEach((source) -> reasons.addAll(source.refusals(method)));
		return reasons;
	}

}
