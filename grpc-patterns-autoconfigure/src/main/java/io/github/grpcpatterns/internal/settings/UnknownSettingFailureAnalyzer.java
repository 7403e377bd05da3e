/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Reports unknown settings without their values: the value of a misspelled {@code secert}
 * is a secret, and Boot's own report would print it.
 */
final class UnknownSettingFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException>
		implements Ordered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		boolean ours = cause.getUnboundProperties()
			.stream()
			.anyMatch((property) -> PatternSettings.ROOT.isAncestorOf(property.getName()));
		if (!ours) {
			return null;
		}
		SettingTree tree = new SettingTree(PatternSettings.all());
		String settings = cause.getUnboundProperties()
			.stream()
			.map((property) -> line(property, tree))
			.sorted()
			.collect(Collectors.joining());
		if (cause.getUnboundProperties().stream().allMatch((property) -> known(property, tree))) {
			return new FailureAnalysis("Settings under grpc.patterns without a value:\n\n" + settings,
					"Set or remove them.", cause);
		}
		return new FailureAnalysis("Unknown settings under grpc.patterns:\n\n" + settings,
				"Correct or remove them. An unknown setting would leave a policy unapplied.", cause);
	}

	/**
	 * Boot converts an empty text to no value, and reports the setting as unbound.
	 */
	private static boolean known(ConfigurationProperty property, SettingTree tree) {
		return tree.kind(property.getName(), true) == SettingTree.Kind.SETTING;
	}

	private static String line(ConfigurationProperty property, SettingTree tree) {
		String origin = (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		String list = tree.listAround(property.getName());
		if (list != null) {
			return "    " + property.getName() + origin + ", but '" + list + "' is a list: begin each entry with '-'\n";
		}
		List<String> near = known(property, tree) ? List.of() : tree.suggestions(property.getName());
		return "    " + property.getName() + origin
				+ (near.isEmpty() ? "" : ", did you mean '" + String.join("' or '", near) + "'?") + "\n";
	}

}
