/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.MissingLibraryException;
import io.github.grpcpatterns.internal.settings.MissingLibraryException.Missing;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Fails the start if methods of the application require a token and there is no source of
 * keys, or what a source of keys needs is not on the class path. The services that the
 * stack adds may stay closed.
 */
final class KeySourceCheck implements ServedMethodsCheck {

	private static final List<Library> LIBRARIES = List.of(Library.SPRING_SECURITY_JOSE, Library.SPRING_SECURITY_OAUTH2,
			Library.NIMBUS);

	private final @Nullable AuthServerInterceptor interceptor;

	private final AccessRules rules;

	private final RegisteredMethods methods;

	private final @Nullable ClassLoader classLoader;

	KeySourceCheck(@Nullable AuthServerInterceptor interceptor, AccessRules rules, RegisteredMethods methods,
			@Nullable ClassLoader classLoader) {
		this.interceptor = interceptor;
		this.rules = rules;
		this.methods = methods;
		this.classLoader = classLoader;
	}

	@Override
	public void check() {
		if (this.interceptor == null || this.interceptor.canCheckTokens()) {
			return;
		}
		List<String> closed = this.methods.all()
			.values()
			.stream()
			.filter((method) -> this.rules.of(method).kind() == AuthServerPolicy.Kind.AUTHENTICATED)
			.map(MethodDescriptor::getFullMethodName)
			.filter((method) -> !InfrastructureMethods.contains(method))
			.toList();
		if (!closed.isEmpty()) {
			checkLibraries();
			throw new MissingKeySourceException(closed);
		}
	}

	/** Without them there is no source of keys, whatever the settings say. */
	private void checkLibraries() {
		List<Missing> missing = LIBRARIES.stream()
			.filter((library) -> !library.present(this.classLoader))
			.map((library) -> new Missing(AuthServerProperties.PREFIX, library))
			.toList();
		if (!missing.isEmpty()) {
			throw new MissingLibraryException(missing);
		}
	}

}
