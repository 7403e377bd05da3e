package io.github.grpcpatterns;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

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
			.map((property) -> line(property, findCause(rootFailure, BindException.class)))
			.sorted()
			.collect(Collectors.joining());
		return new FailureAnalysis("There are settings that grpc-patterns does not know:\n\n" + settings,
				"Correct or remove them. An unknown setting would mean that a policy is not applied.", cause);
	}

	private String line(ConfigurationProperty property, @Nullable BindException binding) {
		ConfigurationPropertyName name = property.getName();
		String origin = (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		String nearest = (binding != null && binding.getName().isAncestorOf(name))
				? nearest(binding.getTarget().getType(), name, binding.getName().getNumberOfElements()) : null;
		return "    " + name + origin + ((nearest != null) ? "; did you mean '" + nearest + "'?" : "") + "\n";
	}

	/**
	 * The nearest name that a record of settings has in place of the element that it does
	 * not know.
	 */
	private static @Nullable String nearest(ResolvableType type, ConfigurationPropertyName name, int index) {
		Class<?> settings = type.resolve(Object.class);
		if (List.class.isAssignableFrom(settings)) {
			return (name.getNumberOfElements() > index + 1) ? nearest(type.getGeneric(), name, index + 1) : null;
		}
		if (!settings.isRecord()) {
			return null;
		}
		String element = name.getElement(index, ConfigurationPropertyName.Form.UNIFORM);
		for (RecordComponent component : settings.getRecordComponents()) {
			if (component.getName().equalsIgnoreCase(element)) {
				return (name.getNumberOfElements() > index + 1)
						? nearest(ResolvableType.forType(component.getGenericType()), name, index + 1) : null;
			}
		}
		String dashed = name.getElement(index, ConfigurationPropertyName.Form.DASHED);
		return Arrays.stream(settings.getRecordComponents())
			.map((component) -> component.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT))
			.min(Comparator.comparingInt((known) -> MethodPatternCheck.distance(dashed, known)))
			.orElse(null);
	}

}
