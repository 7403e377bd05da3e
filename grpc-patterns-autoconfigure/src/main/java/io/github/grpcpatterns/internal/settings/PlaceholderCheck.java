/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Fails the start if a setting refers to a property that is not set. Boot keeps the
 * reference as text, so that a missing secret would be the text
 * <code>${THE_SECRET}</code>, which everyone can read in the source code.
 */
final class PlaceholderCheck {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^{}]*}");

	private final Environment environment;

	private final Iterable<ConfigurationPropertySource> sources;

	private PlaceholderCheck(Environment environment) {
		this.environment = environment;
		this.sources = ConfigurationPropertySources.get(environment);
	}

	/**
	 * Check every property source that can list its names.
	 * @param environment the environment
	 * @throws SettingException for the first such setting
	 */
	static void check(Environment environment) {
		PlaceholderCheck check = new PlaceholderCheck(environment);
		for (ConfigurationPropertySource source : check.sources) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream()
					.filter(PatternSettings.ROOT::isAncestorOf)
					.filter((name) -> check.decider(name) == source)
					.map(source::getConfigurationProperty)
					.forEach(check::check);
			}
		}
	}

	/**
	 * The source whose value counts: the first that has the setting or, as lists do not
	 * add up, the list around it.
	 */
	private @Nullable ConfigurationPropertySource decider(ConfigurationPropertyName name) {
		int size = 1;
		while (size < name.getNumberOfElements() && !name.isNumericIndex(size)) {
			size++;
		}
		ConfigurationPropertyName whole = name.chop(size);
		for (ConfigurationPropertySource source : this.sources) {
			if (source.getConfigurationProperty(whole) != null || (size < name.getNumberOfElements()
					&& source.containsDescendantOf(whole) == ConfigurationPropertyState.PRESENT)) {
				return source;
			}
		}
		return null;
	}

	private void check(@Nullable ConfigurationProperty property) {
		if (property == null || !(property.getValue() instanceof CharSequence value)) {
			return;
		}
		try {
			this.environment.resolveRequiredPlaceholders(value.toString());
		}
		catch (IllegalArgumentException ex) {
			Matcher left = PLACEHOLDER.matcher(this.environment.resolvePlaceholders(value.toString()));
			throw new SettingException(property.getName().toString(), null,
					"Refers to " + (left.find() ? left.group() : "a property") + ", which is not set.");
		}
	}

}
