/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Fails the start for unknown settings below {@code grpc.patterns}, reporting all of them
 * at once.
 */
final class UnknownSettingCheck {

	private final SettingTree tree;

	private final Set<ConfigurationProperty> unknown = new TreeSet<>(
			Comparator.comparing(ConfigurationProperty::getName));

	private @Nullable ConfigurationPropertyName group;

	private UnknownSettingCheck(SettingTree tree) {
		this.tree = tree;
	}

	/**
	 * Check every property source that can list its names.
	 * @throws UnboundConfigurationPropertiesException if there are unknown settings
	 * @throws SettingException if a value stands where settings belong
	 */
	static void check(Environment environment, List<PatternSettings> patterns) {
		UnknownSettingCheck check = new UnknownSettingCheck(new SettingTree(patterns));
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				boolean variables = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
				iterable.stream()
					.filter((name) -> PatternSettings.ROOT.equals(name) || PatternSettings.ROOT.isAncestorOf(name))
					.filter((name) -> !(variables && isOfKubernetes(name)))
					.forEach((name) -> check.look(name, source, variables));
			}
		}
		if (!check.unknown.isEmpty()) {
			throw new UnboundConfigurationPropertiesException(check.unknown);
		}
		if (check.group != null) {
			throw new SettingException(check.group.toString(), null, SettingException.NO_VALUE);
		}
	}

	private void look(ConfigurationPropertyName name, ConfigurationPropertySource source, boolean variables) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		SettingTree.Kind kind = this.tree.kind(name, variables);
		if (property == null || kind == SettingTree.Kind.SETTING) {
			return;
		}
		if (kind == SettingTree.Kind.UNKNOWN) {
			this.unknown.add(property);
		}
		// a group whose settings are all commented out has the empty value
		else if (this.group == null && !property.getValue().toString().isEmpty()) {
			this.group = name;
		}
	}

	/**
	 * The variables that Kubernetes injects for a service named {@code grpc-patterns}:
	 * {@code GRPC_PATTERNS_SERVICE_HOST}, {@code GRPC_PATTERNS_PORT_9090_TCP} and others.
	 */
	private static boolean isOfKubernetes(ConfigurationPropertyName name) {
		if (PatternSettings.ROOT.equals(name)) {
			return false;
		}
		String first = name.getElement(PatternSettings.ROOT.getNumberOfElements(), Form.UNIFORM);
		return first.equals("service") || first.startsWith("port");
	}

}
