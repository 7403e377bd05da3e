/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
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
import org.springframework.core.convert.ConversionException;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/**
 * Reports a value that cannot be read, and what it could be. The value is omitted among
 * settings that contain secrets, because a secret may be on the wrong line.
 */
final class UnreadableSettingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationPropertyName name = cause.getName();
		boolean ours = PatternSettings.ROOT.equals(name) || PatternSettings.ROOT.isAncestorOf(name);
		if (!ours || findCause(cause, SettingException.class) != null
				|| findCause(cause, UnboundConfigurationPropertiesException.class) != null) {
			return null;
		}
		boolean secret = secret(name);
		if (!secret && findCause(cause, ConversionException.class) == null) {
			return null;
		}
		ConfigurationProperty property = cause.getProperty();
		StringBuilder description = new StringBuilder("A setting of grpc-patterns is not valid:\n\n");
		description.append("    Property: ").append((property != null) ? property.getName() : name).append('\n');
		String reason = reason(cause.getTarget().getType());
		if (!secret && property != null && !reason.equals(SettingException.NO_VALUE)) {
			description.append("    Value: \"").append(property.getValue()).append("\"\n");
		}
		if (property != null && property.getOrigin() != null) {
			description.append("    Origin: ").append(property.getOrigin()).append('\n');
		}
		description.append("    Reason: ").append(reason).append('\n');
		return new FailureAnalysis(description.toString(),
				secret ? "Correct the value, which is not shown here." : "Correct the value.", cause);
	}

	private static String reason(ResolvableType type) {
		boolean list = Collection.class.isAssignableFrom(type.resolve(Object.class));
		Class<?> value = ClassUtils
			.resolvePrimitiveIfNecessary((list ? type.getGeneric(0) : type).resolve(Object.class));
		if (value.isRecord()) {
			return SettingException.NO_VALUE;
		}
		return (list ? "Each must be " : "Must be ") + kind(value) + ".";
	}

	private static String kind(Class<?> type) {
		if (type == Boolean.class) {
			return "true or false";
		}
		if (type.isEnum()) {
			return "one of " + Arrays.stream(type.getEnumConstants())
				.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.collect(Collectors.joining(", "));
		}
		if (type == Duration.class) {
			return "a duration, such as 500ms, 30s or 5m";
		}
		if (type == DataSize.class) {
			return "a size, such as 512KB or 4MB";
		}
		if (Number.class.isAssignableFrom(type)) {
			return (type == Double.class) ? "a number" : "a whole number";
		}
		return "of type " + type.getSimpleName();
	}

	private static boolean secret(ConfigurationPropertyName name) {
		return PatternSettings.all()
			.stream()
			.filter((pattern) -> HoldsSecrets.class.isAssignableFrom(pattern.type()))
			.map(PatternSettings::prefix)
			.anyMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name));
	}

}
