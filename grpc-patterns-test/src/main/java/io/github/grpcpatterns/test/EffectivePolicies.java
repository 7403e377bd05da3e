/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.grpcpatterns.endpoint.MethodPolicies;
import io.github.grpcpatterns.endpoint.MethodPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The policy of each served method, as the actuator endpoint {@code grpcpatterns} shows
 * it, with or without the actuator. A bean of {@link GrpcPatternsTest}.
 *
 * <pre class="code">
 * assertThat(policies.of("chat.v1.ChatService/Chat").setting("stream.idle-timeout")).isEqualTo("5m");
 * </pre>
 */
public final class EffectivePolicies {

	private final MethodPolicies policies;

	EffectivePolicies(MethodPolicies policies) {
		this.policies = policies;
	}

	/**
	 * Return all methods.
	 * @return the policies by full name, sorted
	 */
	public Map<String, Policy> all() {
		Map<String, Policy> all = new TreeMap<>();
		this.policies.all().forEach((method) -> all.put(method.method(), new Policy(method)));
		return all;
	}

	/**
	 * Return the policy of a method.
	 * @param method the full name, {@code package.Service/Method}
	 * @return its policy
	 * @throws IllegalArgumentException if no such method is served
	 */
	public Policy of(String method) {
		Map<String, Policy> all = all();
		Policy policy = all.get(method);
		if (policy == null) {
			throw new IllegalArgumentException("no method " + method + " is served, only " + all.keySet());
		}
		return policy;
	}

	/**
	 * What holds for one method.
	 */
	public static final class Policy {

		private final MethodPolicy method;

		private Policy(MethodPolicy method) {
			this.method = method;
		}

		/**
		 * Return who may call.
		 * @return {@code public}, {@code authenticated}, {@code authorities} or
		 * {@code denied}
		 */
		public @Nullable String access() {
			return this.method.access();
		}

		/**
		 * Return the authorities of which a caller needs one.
		 * @return the authorities, empty where any caller will do
		 */
		public List<String> authorities() {
			List<String> authorities = this.method.authorities();
			return (authorities != null) ? authorities : List.of();
		}

		/**
		 * Return the value of a setting.
		 * @param name the name as in YAML behind the side, {@code stream.idle-timeout}
		 * @return the value as in YAML: a number, a boolean, a text or a list;
		 * {@code null} where the setting is not set
		 */
		public @Nullable Object setting(String name) {
			MethodPolicy.Setting setting = this.method.settings().get(name);
			return (setting != null) ? setting.value() : null;
		}

		/**
		 * Return which property decided a setting.
		 * @param name the name as for {@link #setting(String)}
		 * @return the full name of the property, {@code null} where the setting is not
		 * set
		 */
		public @Nullable String decidedBy(String name) {
			MethodPolicy.Setting setting = this.method.settings().get(name);
			return (setting != null) ? setting.property() : null;
		}

		@Override
		public String toString() {
			return this.method.toString();
		}

	}

}
