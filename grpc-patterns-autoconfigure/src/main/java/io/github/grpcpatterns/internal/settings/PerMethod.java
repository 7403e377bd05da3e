/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.grpcpatterns.internal.call.OtherMethod;
import io.grpc.MethodDescriptor;

/**
 * A cache of one value per method, such as a policy or a set of meters. Methods beyond
 * {@link OtherMethod#MAX} share the value of an {@link OtherMethod}.
 *
 * @param <P> the type of what is settled
 */
public final class PerMethod<P> {

	private final Map<String, P> settled = new ConcurrentHashMap<>();

	private final Map<OtherMethod, P> others = new ConcurrentHashMap<>();

	private final Function<MethodDescriptor<?, ?>, P> settle;

	private final Function<MethodDescriptor<?, ?>, OtherMethod> other;

	/**
	 * Create it for what depends on the name and the type of a method only.
	 * @param settle settles a method, called once for each method
	 */
	public PerMethod(Function<MethodDescriptor<?, ?>, P> settle) {
		this(settle, OtherMethod::of);
	}

	/**
	 * Create it.
	 * @param settle settles a method, called once for each method
	 * @param other finds what takes the place of a method; there are few of them
	 */
	public PerMethod(Function<MethodDescriptor<?, ?>, P> settle, Function<MethodDescriptor<?, ?>, OtherMethod> other) {
		this.settle = settle;
		this.other = other;
	}

	/**
	 * Return what is settled for a method, from any thread.
	 * @param method the method
	 * @return the same for each call of the method
	 */
	public P get(MethodDescriptor<?, ?> method) {
		P settled = this.settled.get(method.getFullMethodName());
		return (settled != null) ? settled : settle(method);
	}

	private P settle(MethodDescriptor<?, ?> method) {
		if (this.settled.size() < OtherMethod.MAX) {
			return this.settled.computeIfAbsent(method.getFullMethodName(), (name) -> this.settle.apply(method));
		}
		return this.others.computeIfAbsent(this.other.apply(method), (other) -> this.settle.apply(other.descriptor()));
	}

}
