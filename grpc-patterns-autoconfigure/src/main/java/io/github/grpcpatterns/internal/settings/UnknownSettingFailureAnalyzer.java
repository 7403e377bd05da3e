package io.github.grpcpatterns.internal.settings;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
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
		BindException binding = findCause(rootFailure, BindException.class);
		String settings = cause.getUnboundProperties()
			.stream()
			.map((property) -> line(property, binding))
			.sorted()
			.collect(Collectors.joining());
		return new FailureAnalysis("There are settings that grpc-patterns does not know:\n\n" + settings,
				"Correct or remove them. An unknown setting would mean that a policy is not applied.", cause);
	}

	private static String line(ConfigurationProperty property, @Nullable BindException binding) {
		String origin = (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		String known = (binding != null) ? nearest(property.getName(), binding) : null;
		return "    " + property.getName() + origin + ((known != null) ? ", did you mean '" + known + "'?" : "") + "\n";
	}

	/**
	 * Follow the name through the records of the settings, to where it goes wrong.
	 */
	private static @Nullable String nearest(ConfigurationPropertyName name, BindException binding) {
		ResolvableType type = binding.getTarget().getType();
		for (int i = binding.getName().getNumberOfElements(); i < name.getNumberOfElements(); i++) {
			if (name.isNumericIndex(i)) {
				type = type.getGeneric(0);
				continue;
			}
			Class<?> group = type.resolve(Object.class);
			if (!group.isRecord()) {
				return null;
			}
			String element = name.getElement(i, ConfigurationPropertyName.Form.DASHED);
			Map<String, ResolvableType> settings = settings(group);
			if (!settings.containsKey(element)) {
				return settings.keySet()
					.stream()
					.min(Comparator.comparingInt((setting) -> Spelling.distance(element, setting)))
					.filter((setting) -> Spelling.near(element, Spelling.distance(element, setting)))
					.map((setting) -> name.getParent().append(setting).toString())
					.orElse(null);
			}
			type = settings.get(element);
		}
		return null;
	}

	private static Map<String, ResolvableType> settings(Class<?> group) {
		Map<String, ResolvableType> settings = new LinkedHashMap<>();
		for (Field field : group.getDeclaredFields()) {
			if (!Modifier.isStatic(field.getModifiers())) {
				Name name = field.getAnnotation(Name.class);
				settings.put((name != null) ? name.value() : DataObjectPropertyName.toDashedForm(field.getName()),
						ResolvableType.forField(field));
			}
		}
		return settings;
	}

}
