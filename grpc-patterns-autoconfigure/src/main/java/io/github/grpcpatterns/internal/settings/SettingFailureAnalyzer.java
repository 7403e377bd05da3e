/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Locale;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Reports a {@link SettingException}: the setting, its value, its origin and the reason.
 */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<SettingException> implements Ordered {

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
		if (!name.startsWith(PatternSettings.ROOT.toString())) {
			BindException binding = findCause(rootFailure, BindException.class);
			name = (binding != null) ? binding.getName() + "." + name : name;
		}
		String action = cause.action();
		StringBuilder description = new StringBuilder(
				(action != null) ? "A setting of grpc-patterns prevents the application from starting:\n\n"
						: "A setting of grpc-patterns is not valid:\n\n");
		description.append("    Property: ").append(name).append('\n');
		ConfigurationPropertyName element = ConfigurationPropertyName.adapt(name, '.');
		ConfigurationProperty property = find(element);
		if (cause.value() != null) {
			// as it was written, where that is the setting and not the list around it
			Object value = (property != null && property.getName().equals(element)) ? property.getValue()
					: cause.value();
			description.append("    Value: \"").append(value).append("\"\n");
		}
		property = (property != null) ? property : sameLetters(element);
		ConfigurationProperty beside = (property != null) ? property : beside(element);
		if (beside != null && beside.getOrigin() != null) {
			description.append("    Origin: ").append(beside.getOrigin()).append('\n');
		}
		description.append("    Reason: ").append(cause.reason()).append('\n');
		String change = ((property != null) ? "Change or remove '" : "Add '") + name + "'.";
		return new FailureAnalysis(description.toString(), (action != null) ? action : change, cause);
	}

	/**
	 * The property itself, or the list that it is an element of and that may stand
	 * without an index.
	 */
	private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (ConfigurationPropertyName candidate : new ConfigurationPropertyName[] { name, name.getParent() }) {
			for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
				ConfigurationProperty found = source.getConfigurationProperty(candidate);
				if (found != null) {
					return found;
				}
			}
		}
		return null;
	}

	/**
	 * A key of a map that was written with brackets or without them.
	 */
	private @Nullable ConfigurationProperty sameLetters(ConfigurationPropertyName name) {
		String letters = letters(name);
		return first((candidate) -> letters(candidate).equals(letters));
	}

	/**
	 * What is set in the same entry of a list as a setting that is missing there.
	 */
	private @Nullable ConfigurationProperty beside(ConfigurationPropertyName name) {
		ConfigurationPropertyName parent = name.getParent();
		return parent.isLastElementIndexed() ? first(parent::isAncestorOf) : null;
	}

	private @Nullable ConfigurationProperty first(Predicate<ConfigurationPropertyName> names) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				for (ConfigurationPropertyName candidate : iterable) {
					if (names.test(candidate)) {
						return source.getConfigurationProperty(candidate);
					}
				}
			}
		}
		return null;
	}

	private static String letters(ConfigurationPropertyName name) {
		return name.toString().replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
	}

}
