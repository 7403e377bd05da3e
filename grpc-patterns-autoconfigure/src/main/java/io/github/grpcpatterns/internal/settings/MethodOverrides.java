package io.github.grpcpatterns.internal.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import org.jspecify.annotations.Nullable;

/**
 * The {@code overrides} of one pattern, ready to be asked setting by setting: of the
 * entries that have the setting, the one with the most specific pattern decides, else the
 * pattern's default.
 *
 * @param <O> the type of the entries
 */
public final class MethodOverrides<O extends MethodOverride> {

	private final String prefix;

	private final List<Entry<O>> entries;

	private MethodOverrides(String prefix, List<Entry<O>> entries) {
		this.prefix = prefix;
		this.entries = entries;
	}

	/**
	 * Read the overrides of a pattern.
	 * @param <O> the type of the entries
	 * @param prefix the prefix of the pattern's settings, such as
	 * {@code grpc.patterns.server.deadline}
	 * @param overrides the entries
	 * @return the overrides, the most specific pattern first
	 * @throws SettingException if a pattern has no valid form, stands twice in the list,
	 * or an entry names no method
	 */
	public static <O extends MethodOverride> MethodOverrides<O> of(String prefix, List<O> overrides) {
		List<Entry<O>> entries = new ArrayList<>();
		MethodPatterns.Seen seen = new MethodPatterns.Seen();
		for (int i = 0; i < overrides.size(); i++) {
			O override = overrides.get(i);
			String property = prefix + ".overrides[" + i + "]";
			List<String> methods = override.methods();
			if (methods == null || methods.isEmpty()) { // null where the entry leaves it
														// out
				throw new SettingException(property + ".methods", "", "Names no method.");
			}
			for (MethodPatterns.Named named : seen.parse(property + ".methods", methods)) {
				entries.add(new Entry<>(named.pattern(), named.property(), property, override));
			}
		}
		entries.sort(Comparator.comparing(Entry::pattern));
		return new MethodOverrides<>(prefix, List.copyOf(entries));
	}

	/**
	 * Decide one setting for one method.
	 * @param <V> the type of the setting
	 * @param fullMethodName the full name of the method
	 * @param name the name of the setting as in YAML, such as {@code idle-timeout}
	 * @param setting reads the setting from an entry
	 * @param defaultValue the pattern's default
	 * @return the value, and the property that decided
	 */
	public <V> Setting<V> setting(String fullMethodName, String name, Function<O, ? extends @Nullable V> setting,
			V defaultValue) {
		return setting(fullMethodName, name, setting, defaultValue, true);
	}

	/**
	 * Decide one setting for one method.
	 * @param <V> the type of the setting
	 * @param fullMethodName the full name of the method
	 * @param name the name of the setting as in YAML
	 * @param setting reads the setting from an entry
	 * @param defaultValue the pattern's default
	 * @param everyone whether {@code *} counts, which it does not for health and
	 * reflection
	 * @return the value, and the property that decided
	 */
	public <V> Setting<V> setting(String fullMethodName, String name, Function<O, ? extends @Nullable V> setting,
			V defaultValue, boolean everyone) {
		for (Entry<O> entry : this.entries) {
			if (entry.pattern().matches(fullMethodName) && (everyone || !entry.pattern().text().equals("*"))) {
				V value = setting.apply(entry.override());
				if (value != null) {
					return new Setting<>(value, entry.property() + "." + name);
				}
			}
		}
		return new Setting<>(defaultValue, this.prefix + "." + name);
	}

	/**
	 * Return the patterns with the properties they stand in, for the check at the start.
	 * @return the patterns
	 */
	public MethodPatterns patterns() {
		return new MethodPatterns(this.entries.stream()
			.map((entry) -> new MethodPatterns.Named(entry.methods(), entry.pattern()))
			.toList());
	}

	private record Entry<O>(MethodPattern pattern, String methods, String property, O override) {
	}

}
