package io.github.grpcpatterns;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Reports a {@link SettingException}: which setting, its value, where it was set, and
 * what is wrong with it.
 */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<SettingException> implements Ordered {

	private static final String ROOT = "grpc.patterns";

	private final Environment environment;

	SettingFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE; // before Boot's, for a binding that failed
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SettingException cause) {
		String name = cause.setting();
		if (!name.startsWith(ROOT)) {
			BindException binding = findCause(rootFailure, BindException.class);
			name = (binding != null) ? binding.getName() + "." + name : name;
		}
		StringBuilder description = new StringBuilder("A setting of grpc-patterns is not valid:\n\n");
		description.append("    Property: ").append(name).append('\n');
		ConfigurationPropertyName element = ConfigurationPropertyName.adapt(name, '.');
		ConfigurationProperty property = find(element);
		if (cause.value() != null) {
			// as it was written, where that is the setting and not the list around it
			Object value = (property != null && property.getName().equals(element)) ? property.getValue()
					: cause.value();
			description.append("    Value: \"").append(value).append("\"\n");
		}
		if (property != null && property.getOrigin() != null) {
			description.append("    Origin: ").append(property.getOrigin()).append('\n');
		}
		description.append("    Reason: ").append(cause.reason()).append('\n');
		return new FailureAnalysis(description.toString(), "Change or remove '" + name + "'.", cause);
	}

	private @Nullable ConfigurationProperty find(ConfigurationPropertyName property) {
		for (ConfigurationPropertyName candidate : new ConfigurationPropertyName[] { property, property.getParent() }) {
			// A list of one element may stand without an index.
			for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
				ConfigurationProperty found = source.getConfigurationProperty(candidate);
				if (found != null) {
					return found;
				}
			}
		}
		return null;
	}

}
