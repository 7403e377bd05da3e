package io.github.grpcpatterns.auth;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
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
 * one of the call being handled, or what a {@link TokenSupplier} says.
 * <p>
 * What the caller brings stays: an {@code authorization} header, or call credentials of
 * its own, to which nothing is added. A token goes over TLS or to loopback only; else the
 * call fails with {@code UNAUTHENTICATED} before anything is sent.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class AuthClientInterceptor implements ClientInterceptor, MethodSettingsSource, Ordered {

	private final AuthClientProperties properties;

	private final MethodOverrides<AuthClientProperties.MethodSettings> overrides;

	private final PerMethod<Source> sources;

	AuthClientInterceptor(AuthClientProperties properties, @Nullable TokenSupplier supplier) {
		this.properties = properties;
		this.overrides = MethodOverrides.of(AuthClientProperties.PREFIX, properties.overrides());
		this.sources = new PerMethod<>((method) -> Source.of(settled(method), supplier));
	}

	private Settled settled(MethodDescriptor<?, ?> method) {
		return Settled.of(method.getFullMethodName(), this.properties, this.overrides);
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.client("auth");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return settled(method).masked();
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.AUTH;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		BearerCredentials token = (callOptions.getCredentials() == null) ? this.sources.get(method).token() : null;
		if (token == null) {
			return next.newCall(method, callOptions);
		}
		return new TokenCall<>(next.newCall(method, callOptions.withCallCredentials(token)), token);
	}

	/**
	 * The settings as they hold for one method: of a token and the relay at most one. Not
	 * a record, whose text would show the token.
	 */
	private static final class Settled {

		private final Setting<String> token;

		private final Setting<Boolean> relay;

		private final Setting<Boolean> allowPlaintext;

		private Settled(Setting<String> token, Setting<Boolean> relay, Setting<Boolean> allowPlaintext) {
			this.token = token;
			this.relay = relay;
			this.allowPlaintext = allowPlaintext;
		}

		static Settled of(String method, AuthClientProperties properties,
				MethodOverrides<AuthClientProperties.MethodSettings> overrides) {
			Setting<String> token = overrides.setting(method, "token", AuthClientProperties.MethodSettings::token,
					properties.token());
			Setting<Boolean> relay = overrides.setting(method, "relay", AuthClientProperties.MethodSettings::relay,
					properties.relay());
			if (relay.value() && !token.value().isEmpty()) { // set in two places: the
																// nearer one decides
				relay = overrides.setting(method, "relay",
						(entry) -> entry.names() ? Boolean.TRUE.equals(entry.relay()) : null, true);
			}
			return new Settled(token, relay, overrides.setting(method, "allow-plaintext",
					AuthClientProperties.MethodSettings::allowPlaintext, properties.allowPlaintext()));
		}

		/**
		 * Return what to show, without the token.
		 */
		Map<String, Setting<?>> masked() {
			Map<String, Setting<?>> settings = new LinkedHashMap<>();
			if (!this.relay.value() && !this.token.value().isEmpty()) {
				settings.put("token", new Setting<>("******", this.token.property()));
			}
			else {
				settings.put("relay", this.relay);
			}
			settings.put("allow-plaintext", this.allowPlaintext);
			return settings;
		}

	}

	/**
	 * Where the token of a method comes from: one place, or none. Not a record, whose
	 * text would show the token.
	 */
	private static final class Source {

		private final @Nullable String fixed;

		private final boolean relay;

		private final @Nullable TokenSupplier supplier;

		private final boolean allowPlaintext;

		private Source(@Nullable String fixed, boolean relay, @Nullable TokenSupplier supplier,
				boolean allowPlaintext) {
			this.fixed = fixed;
			this.relay = relay;
			this.supplier = supplier;
			this.allowPlaintext = allowPlaintext;
		}

		static Source of(Settled settled, @Nullable TokenSupplier supplier) {
			boolean allowPlaintext = settled.allowPlaintext.value();
			if (settled.relay.value()) {
				return new Source(null, true, null, allowPlaintext);
			}
			String token = settled.token.value();
			return token.isEmpty() ? new Source(null, false, supplier, allowPlaintext)
					: new Source(token, false, null, allowPlaintext);
		}

		/**
		 * Return the token for a call that is made now, on this thread.
		 */
		@Nullable BearerCredentials token() {
			if (this.supplier != null) {
				return BearerCredentials.of(this.supplier, this.allowPlaintext);
			}
			String token = this.relay ? RelayedToken.current() : this.fixed;
			return (token != null) ? BearerCredentials.of(token, this.allowPlaintext) : null;
		}

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
