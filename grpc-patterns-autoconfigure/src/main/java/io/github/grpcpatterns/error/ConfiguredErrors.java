/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.HashMap;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Maps the exceptions of {@code grpc.patterns.server.errors.mappings}, by the nearest
 * superclass of an exception.
 */
final class ConfiguredErrors implements KnownErrors {

	private final Map<Class<?>, KnownError> errors = new HashMap<>();

	/**
	 * Create it.
	 * @param mappings status codes by class name; a nested class may be written with a
	 * dot or a dollar sign
	 * @param classLoader where the classes are
	 * @throws SettingException if there is no such class, or it is no exception
	 */
	ConfiguredErrors(Map<String, Status.Code> mappings, @Nullable ClassLoader classLoader) {
		mappings.forEach((name, code) -> this.errors.put(load(name, code, classLoader), new KnownError(code)));
	}

	private static Class<?> load(String name, Status.Code code, @Nullable ClassLoader classLoader) {
		String setting = "grpc.patterns.server.errors." + ErrorServerProperties.mapping(name);
		Class<?> type;
		try {
			type = ClassUtils.forName(name, classLoader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new SettingException(setting, code, "There is no class " + name + ".");
		}
		if (!Throwable.class.isAssignableFrom(type)) {
			throw new SettingException(setting, code, name + " is not an exception.");
		}
		return type;
	}

	@Override
	public @Nullable KnownError find(Throwable thrown) {
		if (this.errors.isEmpty()) {
			return null;
		}
		for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
			KnownError error = this.errors.get(type);
			if (error != null) {
				return error;
			}
		}
		return null;
	}

}
