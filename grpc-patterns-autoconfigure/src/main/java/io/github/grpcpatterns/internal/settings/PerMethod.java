package io.github.grpcpatterns.internal.settings;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.grpc.MethodDescriptor;

/**
 * What was settled for each method, once: a policy, a set of meters.
 * <p>
 * On the server there are as many as methods. A client may invent methods at run time, as
 * a generic gateway does: past {@value #MAX} nothing more is kept.
 *
 * @param <P> the type of what is settled
 */
public final class PerMethod<P> {

	private static final int MAX = 10_000;

	private final Map<String, P> settled = new ConcurrentHashMap<>();

	private final Function<MethodDescriptor<?, ?>, P> settle;

	/**
	 * Create it.
	 * @param settle settles a method, called once for each method
	 */
	public PerMethod(Function<MethodDescriptor<?, ?>, P> settle) {
		this.settle = settle;
	}

	/**
	 * Return what is settled for a method, from any thread.
	 * @param method the method
	 * @return the same for each call of the method
	 */
	public P get(MethodDescriptor<?, ?> method) {
		P settled = this.settled.get(method.getFullMethodName());
		if (settled != null) {
			return settled;
		}
		if (this.settled.size() >= MAX) {
			return this.settle.apply(method);
		}
		return this.settled.computeIfAbsent(method.getFullMethodName(), (name) -> this.settle.apply(method));
	}

}
