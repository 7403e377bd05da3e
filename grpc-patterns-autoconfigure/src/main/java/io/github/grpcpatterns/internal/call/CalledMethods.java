package io.github.grpcpatterns.internal.call;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.MethodDescriptor;

/**
 * The methods that this process has called, for those who show what holds for them. A
 * client may invent methods at run time, as a generic gateway does: past {@value #MAX} no
 * further one is kept.
 */
public final class CalledMethods {

	private static final int MAX = 10_000;

	private final Map<String, MethodDescriptor<?, ?>> methods = new ConcurrentHashMap<>();

	CalledMethods() {
	}

	void called(MethodDescriptor<?, ?> method) {
		String name = method.getFullMethodName();
		if (!this.methods.containsKey(name) && this.methods.size() < MAX) {
			this.methods.put(name, method);
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
