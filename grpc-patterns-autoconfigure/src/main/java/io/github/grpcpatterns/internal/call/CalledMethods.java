/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.MethodDescriptor;

/**
 * The methods that this process has called, for reports of their settings. Methods beyond
 * {@link OtherMethod#MAX} share one {@link OtherMethod}.
 */
public final class CalledMethods {

	private final Map<String, MethodDescriptor<?, ?>> methods = new ConcurrentHashMap<>();

	CalledMethods() {
	}

	void called(MethodDescriptor<?, ?> method) {
		String name = method.getFullMethodName();
		if (this.methods.containsKey(name)) {
			return;
		}
		if (this.methods.size() < OtherMethod.MAX) {
			this.methods.put(name, method);
		}
		else if (!this.methods.containsKey(OtherMethod.NAME)) {
			this.methods.put(OtherMethod.NAME, OtherMethod.of(method).descriptor());
		}
	}

	/**
	 * Return the methods.
	 * @return the methods in no order, empty before the first call
	 */
	public Collection<MethodDescriptor<?, ?>> all() {
		return Collections.unmodifiableCollection(this.methods.values());
	}

}
