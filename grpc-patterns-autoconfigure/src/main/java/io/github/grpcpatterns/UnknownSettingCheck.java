package io.github.grpcpatterns;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Fails the start for a setting below {@code grpc.patterns} that belongs to no pattern.
 * Within a pattern its own settings refuse what they do not know.
 */
final class UnknownSettingCheck {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("grpc.patterns");

	private static final Set<String> KNOWN = new TreeSet<>(
			Set.of("enabled", "unmatched-methods", "correlation", "server.logging", "server.metrics", "server.shutdown",
					"server.auth", "server.rate-limit", "server.deadline", "server.stream", "server.validation",
					"server.errors", "server.transport", "client.logging", "client.metrics", "client.deadline",
					"client.retry", "client.auth", "client.problem-details"));

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
				iterable.stream().filter(ROOT::isAncestorOf).forEach(UnknownSettingCheck::check);
			}
		}
	}

	private static void check(ConfigurationPropertyName name) {
		String first = element(name, 2);
		boolean sided = first.equals("server") || first.equals("client");
		String group = (sided && name.getNumberOfElements() > 3) ? first + "." + element(name, 3) : first;
		String plain = group.replace("-", "");
		if (KNOWN.stream().noneMatch((known) -> known.replace("-", "").equals(plain))) {
			String nearest = KNOWN.stream()
				.min(Comparator.comparingInt((known) -> MethodPatternCheck.distance(group, known)))
				.orElseThrow();
			throw new SettingException(name.toString(), null,
					"No such setting; did you mean 'grpc.patterns." + nearest + "'?");
		}
	}

	private static String element(ConfigurationPropertyName name, int index) {
		return name.getElement(index, ConfigurationPropertyName.Form.DASHED);
	}

}
