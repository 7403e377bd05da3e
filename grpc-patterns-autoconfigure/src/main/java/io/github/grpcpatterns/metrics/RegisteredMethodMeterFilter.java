/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import org.jspecify.annotations.Nullable;

/**
 * Denies the stack's own server meters of methods that are not registered: clients choose
 * their names, and meters are never removed.
 */
final class RegisteredMethodMeterFilter implements MeterFilter {

	private static final String PREFIX = "grpc.server";

	private final RegisteredMethods methods;

	RegisteredMethodMeterFilter(RegisteredMethods methods) {
		this.methods = methods;
	}

	@Override
	public MeterFilterReply accept(Meter.Id id) {
		if (!id.getName().startsWith(PREFIX) || !this.methods.served()) {
			return MeterFilterReply.NEUTRAL;
		}
		String method = method(id);
		return (method == null || this.methods.contains(method)) ? MeterFilterReply.NEUTRAL : MeterFilterReply.DENY;
	}

	/**
	 * The full name of the method, however the meter's tags spell it.
	 */
	private static @Nullable String method(Meter.Id id) {
		String full = id.getTag("grpc.method");
		if (full != null) {
			return full;
		}
		String service = id.getTag("service");
		String method = id.getTag("method");
		if (service == null) {
			service = id.getTag("rpc.service");
			method = id.getTag("rpc.method");
		}
		return (service != null && method != null) ? service + "/" + method : null;
	}

}
