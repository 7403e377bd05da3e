package io.github.grpcpatterns.internal.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Fails the start for a setting below {@code grpc.patterns} that belongs to no pattern.
 * Within a pattern its own settings refuse what they do not know.
 */
public final class UnknownSettingCheck {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("grpc.patterns");

	private static final Set<String> KNOWN = new TreeSet<>(
			Set.of("enabled", "unmatched-methods", "correlation", "server.logging", "server.metrics", "server.shutdown",
					"server.auth", "server.rate-limit", "server.deadline", "server.stream", "server.validation",
					"server.errors", "server.executor", "server.transport", "client.logging", "client.metrics",
					"client.deadline", "client.retry", "client.auth", "client.problem-details"));

	/** Those of them that are not a group. */
	private static final Set<String> SINGLE = Set.of("enabled", "unmatched-methods");

	private UnknownSettingCheck() {
	}

	/**
	 * Check every property source that can list its names.
	 * @param environment the environment
	 * @throws SettingException for the first unknown setting
	 */
	static void check(Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream().filter(ROOT::isAncestorOf).forEach((name) -> check(name, source));
			}
		}
	}

	private static void check(ConfigurationPropertyName name, ConfigurationPropertySource source) {
		int elements = name.getNumberOfElements();
		String first = element(name, 2);
		String second = (elements > 3) ? first + "." + element(name, 3) : first;
		boolean side = first.equals("server") || first.equals("client");
		String group = side ? second : first;
		if (!(side && elements == 3) && KNOWN.stream().noneMatch((known) -> plain(known).equals(plain(group)))) {
			throw new SettingException(name.toString(), null, "No such setting" + suggestion(first, second));
		}
		if (elements <= (side ? 4 : 3) && !SINGLE.contains(group) && hasValue(source, name)) {
			throw new SettingException(name.toString(), null, SettingException.NO_VALUE);
		}
	}

	private static String plain(String name) {
		return name.replace("-", "");
	}

	/**
	 * A group whose settings are all commented out has the empty value.
	 */
	private static boolean hasValue(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		return property != null && !property.getValue().toString().isEmpty();
	}

	/**
	 * What is near enough. The side may be missing, or be misspelt itself.
	 */
	private static String suggestion(String first, String second) {
		TreeMap<Integer, List<String>> nearest = new TreeMap<>();
		for (String known : KNOWN) {
			int distance = Math.min(Spelling.distance(first, known), Spelling.distance(second, known));
			if (known.contains(".")) {
				distance = Math.min(distance, 1 + Spelling.distance(first, known.substring(known.indexOf('.') + 1)));
			}
			nearest.computeIfAbsent(distance, (key) -> new ArrayList<>()).add("'grpc.patterns." + known + "'");
		}
		return Spelling.near(second, nearest.firstKey())
				? "; did you mean " + String.join(" or ", nearest.firstEntry().getValue()) + "?" : ".";
	}

	private static String element(ConfigurationPropertyName name, int index) {
		return name.getElement(index, ConfigurationPropertyName.Form.DASHED);
	}

}
