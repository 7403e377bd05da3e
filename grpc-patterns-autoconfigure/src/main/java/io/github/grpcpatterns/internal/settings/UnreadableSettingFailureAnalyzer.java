package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Reports a value that cannot be bound, without the value, among settings that contain
 * secrets: a secret may be on the wrong line, and Boot's own report would print it.
 */
final class SecretSettingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationPropertyName name = cause.getName();
		if (!PatternSettings.ROOT.isAncestorOf(name) || !secret(name)
				|| findCause(cause, SettingException.class) != null
				|| findCause(cause, UnboundConfigurationPropertiesException.class) != null) {
			return null;
		}
		ConfigurationProperty property = cause.getProperty();
		StringBuilder description = new StringBuilder("A setting of grpc-patterns is not valid:\n\n");
		description.append("    Property: ").append((property != null) ? property.getName() : name).append('\n');
		if (property != null && property.getOrigin() != null) {
			description.append("    Origin: ").append(property.getOrigin()).append('\n');
		}
		Class<?> type = cause.getTarget().getType().resolve(Object.class);
		String reason = type.isRecord() ? SettingException.NO_VALUE : "Cannot be read as " + type.getSimpleName() + ".";
		description.append("    Reason: ").append(reason).append('\n');
		return new FailureAnalysis(description.toString(), "Correct the value, which is not shown here.", cause);
	}

	private static boolean secret(ConfigurationPropertyName name) {
		return PatternSettings.all()
			.stream()
			.filter((pattern) -> HoldsSecrets.class.isAssignableFrom(pattern.type()))
			.map(PatternSettings::prefix)
			.anyMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name));
	}

}
