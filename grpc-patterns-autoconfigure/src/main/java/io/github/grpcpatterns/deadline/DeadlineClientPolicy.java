/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.time.Duration;

import io.github.grpcpatterns.deadline.DeadlineClientProperties.Override;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.MethodDescriptor.MethodType;

/**
 * The deadline of the calls of one method.
 *
 * @param nanos the time of a call, {@link Long#MAX_VALUE} for no deadline
 */
record DeadlineClientPolicy(long nanos) {

	static DeadlineClientPolicy of(MethodSettings.Lookup<Override> lookup, DeadlineClientProperties defaults) {
		Duration deadline = (lookup.method().getType() == MethodType.UNARY)
				? lookup.value("unary", Override::unary, defaults.unary())
				: lookup.value("stream", Override::stream, defaults.stream());
		return new DeadlineClientPolicy(Settings.nanosOrNone(deadline));
	}

}
