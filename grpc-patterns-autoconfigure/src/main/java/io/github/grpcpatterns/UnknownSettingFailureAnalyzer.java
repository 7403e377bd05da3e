package io.github.grpcpatterns;

import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Reports settings that a pattern does not know, without their values: a misspelt
 * {@code secert} has a secret for its value, and Boot's own report would print it.
 */
final class UnknownSettingFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException>
		implements Ordered {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("grpc.patterns");

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		boolean ours = cause.getUnboundProperties()
			.stream()
			.anyMatch((property) -> ROOT.isAncestorOf(property.getName()));
		if (!ours) {
			return null;
		}
		String settings = cause.getUnboundProperties()
			.stream()
			.map(UnknownSettingFailureAnalyzer::line)
			.sorted()
			.collect(Collectors.joining());
		return new FailureAnalysis("There are settings that grpc-patterns does not know:\n\n" + settings,
				"Correct or remove them. An unknown setting would mean that a policy is not applied.", cause);
	}

	private static String line(ConfigurationProperty property) {
		String origin = (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return "    " + property.getName() + origin + "\n";
	}

}
