/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Map;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Adds a bearer token to each attempt of an outbound call: the one in the settings, the
 * one of the call being handled, or that of a {@link TokenSupplier}.
 * <p>
 * The caller's own credentials take precedence: an {@code authorization} header, or call
 * credentials, to which nothing is added. A token is sent over TLS or to loopback only;
 * else the call fails with {@code UNAUTHENTICATED} before anything is sent.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class AuthClientInterceptor implements ClientInterceptor, MethodSettingsSource, Ordered {

	private final MethodSettings<AuthClientPolicy> settings;

	private final PerMethod<AuthClientPolicy> policies;

	AuthClientInterceptor(AuthClientProperties properties, @Nullable TokenSupplier supplier) {
		this.settings = MethodSettings.client(properties.methodOverrides(),
				(lookup) -> AuthClientPolicy.of(lookup, properties, supplier));
		this.policies = this.settings.perMethod();
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.client("auth");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.AUTH;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		BearerCredentials token = (callOptions.getCredentials() == null) ? this.policies.get(method).token() : null;
		if (token == null) {
			return next.newCall(method, callOptions);
		}
		return new TokenCall<>(next.newCall(method, callOptions.withCallCredentials(token)), token);
	}

	private static final class TokenCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final BearerCredentials token;

		TokenCall(ClientCall<ReqT, RespT> call, BearerCredentials token) {
			super(call);
			this.token = token;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			if (headers.containsKey(BearerCredentials.AUTHORIZATION)) {
				this.token.stayAway();
			}
			super.start(responseListener, headers);
		}

	}

}
