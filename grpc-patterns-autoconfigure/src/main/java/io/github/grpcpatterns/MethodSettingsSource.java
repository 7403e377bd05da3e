/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Reports the settings that a pattern applies to a method, and the refusals that they
 * make possible. The interceptor of a pattern implements it, so that nothing is reported
 * for an interceptor that was replaced.
 * <p>
 * Never called by a call; may be called from any thread.
 */
public interface MethodSettingsSource {

	/**
	 * Return the pattern. One of the server is asked about the methods that are served,
	 * one of the client about these and about the methods that have been called.
	 * @return the side and the name, such as {@code stream}, that stands before the names
	 * of the settings
	 */
	ActivePattern pattern();

	/**
	 * Return the settings as they hold for a method.
	 * @param method the method
	 * @return the settings by name as in YAML without the name of the pattern, such as
	 * {@code idle-timeout}, in the order in which to show them; none that does not touch
	 * the method, and no secret. A {@link java.time.Duration} or a
	 * {@link org.springframework.util.unit.DataSize} is shown as in YAML
	 */
	default Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return Map.of();
	}

	/**
	 * Return who may call a method.
	 * @param method the method
	 * @return who may, or {@code null} where this pattern does not decide it
	 */
	default @Nullable Access access(MethodDescriptor<?, ?> method) {
		return null;
	}

	/**
	 * Return the reasons for which the pattern may refuse or end a call of a method, as
	 * its settings are.
	 * @param method the method
	 * @return the reasons, without those of a handler's own errors
	 */
	default Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return Set.of();
	}

	/**
	 * A setting as it holds for one method.
	 *
	 * @param <V> the type of the value
	 * @param value the value
	 * @param property the full name of the property that decided
	 */
	public record Setting<V>(V value, String property) {

		/**
		 * Return whether an entry of the overrides decided, and not the pattern's
		 * default. Only such settings hold for health and reflection.
		 * @return whether one did
		 */
		public boolean overridden() {
			return this.property.contains(".overrides[");
		}

	}

	/**
	 * The access to a method.
	 *
	 * @param kind whether anyone may, and what is asked of the caller
	 * @param authorities the authorities one of which the caller needs; empty but for
	 * {@link Kind#AUTHORITIES}
	 */
	record Access(Kind kind, List<String> authorities) {

		/** Anyone may. */
		public static final Access PUBLIC = new Access(Kind.PUBLIC, List.of());

		/**
		 * The ways in which access is decided.
		 */
		public enum Kind {

			/** Anyone may. */
			PUBLIC,

			/** Callers with a valid token. */
			AUTHENTICATED,

			/** Callers with a valid token that has one of the authorities. */
			AUTHORITIES,

			/** Nobody may. */
			DENIED

		}

	}

}
