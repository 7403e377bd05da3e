package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Fails the start if methods of the application require a token and there is no source of
 * keys. The services that the stack adds may stay closed.
 */
final class KeySourceCheck implements ServedMethodsCheck {

	private final @Nullable AuthServerInterceptor interceptor;

	private final AccessRules rules;

	private final RegisteredMethods methods;

	KeySourceCheck(@Nullable AuthServerInterceptor interceptor, AccessRules rules, RegisteredMethods methods) {
		this.interceptor = interceptor;
		this.rules = rules;
		this.methods = methods;
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
			throw new MissingKeySourceException(closed);
		}
	}

}
