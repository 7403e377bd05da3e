/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import org.jspecify.annotations.Nullable;

/**
 * Settings by method pattern, the most specific first, from the {@code overrides} of a
 * pattern or a similar list.
 *
 * @param <O> the type of the entries
 */
public final class MethodOverrides<O extends MethodOverride> {

	private final String prefix;

	private final List<Named<O>> entries;

	private MethodOverrides(String prefix, List<Named<O>> entries) {
		this.prefix = prefix;
		this.entries = entries;
	}

	/**
	 * Read the {@code overrides} of a pattern.
	 * @param <O> the type of the entries
	 * @param prefix the prefix of the pattern's settings, such as
	 * {@code grpc.patterns.server.deadline}
	 * @param overrides the entries
	 * @return the overrides
	 * @throws SettingException if a pattern has no valid form, stands twice in the list,
	 * or an entry names no method
	 */
	public static <O extends MethodOverride> MethodOverrides<O> of(String prefix, List<O> overrides) {
		return of(prefix, "overrides", overrides);
	}

	/**
	 * Read a list of another name.
	 * @param <O> the type of the entries
	 * @param prefix the prefix of the pattern's settings
	 * @param list the name of the list
	 * @param overrides the entries
	 * @return the overrides
	 * @throws SettingException as above
	 */
	public static <O extends MethodOverride> MethodOverrides<O> of(String prefix, String list, List<O> overrides) {
		List<Named<O>> entries = new ArrayList<>();
		MethodPatterns.Seen seen = new MethodPatterns.Seen();
		for (int i = 0; i < overrides.size(); i++) {
			O override = overrides.get(i);
			String property = prefix + "." + list + "[" + i + "]";
			List<String> methods = override.methods();
			// null where the entry leaves it out
			if (methods == null || methods.isEmpty()) {
				throw new SettingException(property + ".methods", "", "Must name a method.");
			}
			for (MethodPatterns.Named named : seen.parse(property + ".methods", methods)) {
				entries.add(new Named<>(named, property, override));
			}
		}
		return sorted(prefix, entries.stream());
	}

	/**
	 * Add methods from a list of their own, such as {@code public-methods}. It takes
	 * precedence for the same pattern.
	 * @param methods the methods
	 * @param override their settings
	 * @return this and the methods
	 */
	public MethodOverrides<O> and(MethodPatterns methods, O override) {
		return sorted(this.prefix, Stream.concat(this.entries.stream(),
				methods.named().stream().map((named) -> new Named<>(named, named.property(), override))));
	}

	private static <O extends MethodOverride> MethodOverrides<O> sorted(String prefix, Stream<Named<O>> entries) {
		return new MethodOverrides<>(prefix,
				entries.sorted(Comparator.comparing((entry) -> entry.methods().pattern())).toList());
	}

	/**
	 * Decide one setting for one method: of the entries that have it, the one with the
	 * most specific pattern decides, else the default.
	 * @param name the name of the setting as in YAML, such as {@code idle-timeout}
	 * @param setting reads the setting from an entry
	 * @param everyMethod whether {@code *} names the method
	 */
	<V> Setting<V> setting(String fullMethodName, String name, Function<O, ? extends @Nullable V> setting,
			V defaultValue, boolean everyMethod) {
		for (Named<O> entry : this.entries) {
			if (entry.names(fullMethodName, everyMethod)) {
				V value = setting.apply(entry.override());
				if (value != null) {
					return new Setting<>(value, entry.property() + "." + name);
				}
			}
		}
		return new Setting<>(defaultValue, this.prefix + "." + name);
	}

	/**
	 * Return the entry with the most specific pattern that names a method.
	 */
	@Nullable Named<O> entry(String fullMethodName, boolean everyMethod) {
		for (Named<O> entry : this.entries) {
			if (entry.names(fullMethodName, everyMethod)) {
				return entry;
			}
		}
		return null;
	}

	/**
	 * Return the patterns with the properties they stand in, for the check at the start.
	 * @return the patterns
	 */
	public MethodPatterns patterns() {
		return new MethodPatterns(this.entries.stream().map(Named::methods).toList());
	}

	/**
	 * An entry, once for each of its patterns.
	 *
	 * @param <O> the type of the entry
	 * @param methods the pattern, and where it stands
	 * @param property the full name of the entry
	 * @param override the entry
	 */
	public record Named<O>(MethodPatterns.Named methods, String property, O override) {

		boolean names(String fullMethodName, boolean everyMethod) {
			MethodPattern pattern = this.methods.pattern();
			return pattern.matches(fullMethodName) && (everyMethod || !pattern.everyMethod());
		}

	}

}
