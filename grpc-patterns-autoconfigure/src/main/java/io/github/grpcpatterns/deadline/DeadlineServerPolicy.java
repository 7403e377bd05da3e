/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import io.github.grpcpatterns.deadline.DeadlineServerProperties.Override;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.Settings;

/**
 * The deadlines of the calls of one method.
 *
 * @param defaultNanos the time of a call whose caller set no deadline,
 * {@link Long#MAX_VALUE} for none
 * @param maxNanos the longest time of a call, {@link Long#MAX_VALUE} for no bound
 * @param required whether a call whose caller set no deadline is refused
 */
record DeadlineServerPolicy(long defaultNanos, long maxNanos, boolean required) {

	static DeadlineServerPolicy of(MethodSettings.Lookup<Override> lookup, DeadlineServerProperties defaults) {
		return new DeadlineServerPolicy(
				Settings.nanosOrNone(lookup.limit("default", Override::defaultDeadline, defaults.defaultDeadline())),
				Settings.nanosOrNone(lookup.limit("max", Override::max, defaults.max())),
				lookup.limit("required", Override::required, defaults.required()));
	}

}
