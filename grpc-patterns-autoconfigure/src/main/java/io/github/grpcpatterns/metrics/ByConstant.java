/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * One meter for each constant of an enum, registered on first use. If several threads
 * register the same one, the registry returns one meter.
 *
 * @param <K> the type of the constants
 * @param <M> the type of the meters
 */
final class ByConstant<K extends Enum<K>, M> {

	private final Function<K, M> register;

	/** Not a plain array: a meter is to be seen as a whole by other threads. */
	private final AtomicReferenceArray<@Nullable M> meters;

	ByConstant(Class<K> type, Function<K, M> register) {
		this.register = register;
		this.meters = new AtomicReferenceArray<>(type.getEnumConstants().length);
	}

	M get(K key) {
		M meter = this.meters.getAcquire(key.ordinal());
		if (meter == null) {
			meter = this.register.apply(key);
			this.meters.setRelease(key.ordinal(), meter);
		}
		return meter;
	}

}
