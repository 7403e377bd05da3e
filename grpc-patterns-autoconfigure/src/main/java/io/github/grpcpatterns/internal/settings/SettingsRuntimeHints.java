/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Hints for the checks of settings: the records of all patterns, also of those that are
 * off, and the auto-configurations, in whose class files the records are found.
 */
final class SettingsRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("META-INF/spring/" + AutoConfiguration.class.getName() + ".imports");
		PatternSettings.autoConfigurations()
			.forEach((name) -> hints.resources()
				.registerPattern(ClassUtils.convertClassNameToResourcePath(name) + ClassUtils.CLASS_FILE_SUFFIX));
		for (PatternSettings pattern : PatternSettings.all()) {
			BindableRuntimeHintsRegistrar.forTypes(pattern.type()).registerHints(hints);
			registerRecord(hints, pattern.type());
		}
		for (Library library : Library.values()) {
			hints.reflection().registerTypeIfPresent(classLoader, library.type());
		}
	}

	private static void registerRecord(RuntimeHints hints, Class<?> type) {
		hints.reflection().registerType(type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
		for (RecordComponent component : type.getRecordComponents()) {
			hints.reflection().registerMethod(component.getAccessor(), ExecutableMode.INVOKE);
			Arrays.stream(type.getDeclaredFields())
				.filter((field) -> field.getName().equals(component.getName()))
				.forEach(hints.reflection()::registerField);
			ResolvableType part = ResolvableType.forMethodReturnType(component.getAccessor(), type);
			for (Class<?> below : new Class<?>[] { part.resolve(Object.class),
					part.getGeneric(0).resolve(Object.class) }) {
				if (below.isRecord()) {
					registerRecord(hints, below);
				}
			}
		}
	}

}
