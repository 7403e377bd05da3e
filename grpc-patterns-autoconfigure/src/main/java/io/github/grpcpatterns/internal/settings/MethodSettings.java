/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * The settings of a pattern by method: its defaults merged with its overrides. Calls and
 * reports use the same {@link Lookup}.
 * <p>
 * On the server, {@code *} does not match health and reflection, and the defaults of
 * limits do not apply to them.
 *
 * @param <P> the type of what is settled for a method: immutable, and made of settings
 * only
 */
public final class MethodSettings<P> {

	private final Function<MethodDescriptor<?, ?>, Settled<P>> settle;

	private final Function<MethodDescriptor<?, ?>, OtherMethod> other;

	private MethodSettings(Function<MethodDescriptor<?, ?>, Settled<P>> settle,
			Function<MethodDescriptor<?, ?>, OtherMethod> other) {
		this.settle = settle;
		this.other = other;
	}

	/**
	 * Create the settings of a pattern of the server.
	 * @param <O> the type of the entries
	 * @param <P> the type of what is settled for a method
	 * @param overrides the overrides of the pattern
	 * @param settle settles a method; called more than once for a method
	 * @return the settings
	 */
	public static <O extends MethodOverride, P> MethodSettings<P> server(MethodOverrides<O> overrides,
			Function<Lookup<O>, P> settle) {
		return of(overrides, true, settle);
	}

	/**
	 * Create the settings of a pattern of the client.
	 * @param <O> the type of the entries
	 * @param <P> the type of what is settled for a method
	 * @param overrides the overrides of the pattern
	 * @param settle settles a method; called more than once for a method
	 * @return the settings
	 */
	public static <O extends MethodOverride, P> MethodSettings<P> client(MethodOverrides<O> overrides,
			Function<Lookup<O>, P> settle) {
		return of(overrides, false, settle);
	}

	private static <O extends MethodOverride, P> MethodSettings<P> of(MethodOverrides<O> overrides, boolean server,
			Function<Lookup<O>, P> settle) {
		return new MethodSettings<>((method) -> {
			Lookup<O> lookup = new Lookup<>(method, overrides, server);
			return new Settled<>(settle.apply(lookup), lookup.shown);
		}, (method) -> new Lookup<>(method, overrides, server).other());
	}

	/**
	 * Resolve the settings of a method, without the cache.
	 * @param method the method
	 * @return its settings
	 */
	public P settle(MethodDescriptor<?, ?> method) {
		return this.settle.apply(method).policy();
	}

	/**
	 * Return the settings as they hold for a method, by name.
	 * @param method the method
	 * @return the settings in the order in which they are looked up
	 */
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settle.apply(method).shown();
	}

	/**
	 * Return the look-up for calls, which resolves a method with its first call.
	 * @return the settings of each method
	 */
	public PerMethod<P> perMethod() {
		return perMethod((name, settled) -> settled);
	}

	/**
	 * Return what calls ask, where more belongs to a method than its settings.
	 * @param <R> the type of what belongs to a method
	 * @param make makes it, once, of the method's name and of what is settled for it
	 * @return what is made for each method
	 */
	public <R> PerMethod<R> perMethod(BiFunction<String, P, R> make) {
		return new PerMethod<>((method) -> make.apply(method.getFullMethodName(), settle(method)), this.other);
	}

	/**
	 * Looks up the settings of one method, and keeps what to show.
	 *
	 * @param <O> the type of the entries
	 */
	public static final class Lookup<O extends MethodOverride> {

		private final MethodDescriptor<?, ?> method;

		private final MethodOverrides<O> overrides;

		/** Health and reflection of a server. */
		private final boolean infrastructure;

		private final Map<String, Setting<?>> shown = new LinkedHashMap<>();

		private Lookup(MethodDescriptor<?, ?> method, MethodOverrides<O> overrides, boolean server) {
			this.method = method;
			this.overrides = overrides;
			this.infrastructure = server && InfrastructureMethods.contains(method.getFullMethodName());
		}

		/**
		 * Return the method.
		 * @return the method
		 */
		public MethodDescriptor<?, ?> method() {
			return this.method;
		}

		/**
		 * Return whether the method is health or reflection of a server.
		 * @return whether it is
		 */
		public boolean infrastructure() {
			return this.infrastructure;
		}

		/**
		 * Decide a setting, and show it.
		 * @param <V> the type of the setting
		 * @param name the name of the setting as in YAML
		 * @param setting reads the setting from an entry of the overrides
		 * @param defaultValue the pattern's default
		 * @return the value
		 */
		public <V> V value(String name, Function<O, ? extends @Nullable V> setting, V defaultValue) {
			return applicable(name, setting(name, setting, defaultValue)).value();
		}

		/**
		 * Decide a setting that limits calls, and show it. The default does not hold for
		 * health and reflection of a server.
		 * @param <V> the type of the setting
		 * @param name the name of the setting as in YAML
		 * @param setting reads the setting from an entry of the overrides
		 * @param defaultValue the pattern's default
		 * @return the value
		 */
		public <V> V limit(String name, Function<O, ? extends @Nullable V> setting, V defaultValue) {
			return limitSetting(name, setting, defaultValue).value();
		}

		/**
		 * As {@link #limit}, where the property that decided matters too.
		 * @param <V> the type of the setting
		 * @param name the name of the setting as in YAML
		 * @param setting reads the setting from an entry of the overrides
		 * @param defaultValue the pattern's default
		 * @return the value, and the property that decided
		 */
		public <V> Setting<V> limitSetting(String name, Function<O, ? extends @Nullable V> setting, V defaultValue) {
			return applicable(name, setting(name, setting, this.infrastructure ? none(defaultValue) : defaultValue));
		}

		/**
		 * Decide a setting, and leave it to the caller what to show.
		 * @param <V> the type of the setting
		 * @param name the name of the setting as in YAML
		 * @param setting reads the setting from an entry of the overrides
		 * @param defaultValue the pattern's default
		 * @return the value, and the property that decided
		 */
		public <V> Setting<V> setting(String name, Function<O, ? extends @Nullable V> setting, V defaultValue) {
			return this.overrides.setting(this.method.getFullMethodName(), name, setting, defaultValue,
					!this.infrastructure);
		}

		/**
		 * Show a setting.
		 * @param name the name of the setting as in YAML
		 * @param setting the setting
		 */
		public void show(String name, Setting<?> setting) {
			this.shown.put(name, setting);
		}

		/**
		 * A default says nothing of a method that the pattern passes over.
		 */
		private <V> Setting<V> applicable(String name, Setting<V> setting) {
			if (!this.infrastructure || setting.overridden()) {
				show(name, setting);
			}
			return setting;
		}

		/**
		 * Return the entry with the most specific pattern that names the method.
		 * @return the entry, or {@code null} where none does
		 */
		public MethodOverrides.@Nullable Named<O> entry() {
			return this.overrides.entry(this.method.getFullMethodName(), !this.infrastructure);
		}

		/**
		 * The representative of the method. It contains the pattern that matches it:
		 * methods with the same most specific pattern have all patterns in common, and so
		 * all settings.
		 */
		private OtherMethod other() {
			MethodOverrides.Named<O> entry = entry();
			String name = OtherMethod.NAME;
			if (entry != null && !entry.methods().pattern().everyMethod()) {
				name = entry.methods().pattern().text();
			}
			if (this.infrastructure && !InfrastructureMethods.contains(name)) {
				name = InfrastructureMethods.health(this.method.getFullMethodName()) ? InfrastructureMethods.HEALTH
						: InfrastructureMethods.REFLECTION;
			}
			return new OtherMethod(name, this.method.getType(), this.method.isSafe(), this.method.isIdempotent());
		}

		/**
		 * Zero, which means no limit.
		 */
		@SuppressWarnings("unchecked")
		private static <V> V none(V limit) {
			if (limit instanceof Duration) {
				return (V) Duration.ZERO;
			}
			if (limit instanceof DataSize) {
				return (V) DataSize.ofBytes(0);
			}
			if (limit instanceof Long) {
				return (V) (Object) 0L;
			}
			if (limit instanceof Integer) {
				return (V) (Object) 0;
			}
			if (limit instanceof Double) {
				return (V) (Object) 0.0;
			}
			if (limit instanceof Boolean) {
				return (V) (Object) false;
			}
			throw new IllegalArgumentException("limit: " + limit + " (expected: a duration, size, number or switch)");
		}

	}

	private record Settled<P>(P policy, Map<String, Setting<?>> shown) {
	}

}
