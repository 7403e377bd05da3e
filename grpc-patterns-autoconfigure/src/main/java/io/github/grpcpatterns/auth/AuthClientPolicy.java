/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.auth.AuthClientProperties.Override;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import org.jspecify.annotations.Nullable;

/**
 * The source of the token for calls of one method, if any. Not a record, because its
 * {@code toString} would show the token.
 */
final class AuthClientPolicy {

	private final @Nullable String fixed;

	private final boolean relay;

	private final @Nullable TokenSupplier supplier;

	private final boolean allowPlaintext;

	private AuthClientPolicy(@Nullable String fixed, boolean relay, @Nullable TokenSupplier supplier,
			boolean allowPlaintext) {
		this.fixed = fixed;
		this.relay = relay;
		this.supplier = supplier;
		this.allowPlaintext = allowPlaintext;
	}

	static AuthClientPolicy of(MethodSettings.Lookup<Override> lookup, AuthClientProperties defaults,
			@Nullable TokenSupplier supplier) {
		Setting<String> token = lookup.setting("token", Override::token, defaults.token());
		Setting<Boolean> relay = lookup.setting("relay", Override::relay, defaults.relay());
		if (relay.value() && !token.value().isEmpty()) {
			// set in two places: the nearer one decides
			relay = lookup.setting("relay", (entry) -> entry.names() ? Boolean.TRUE.equals(entry.relay()) : null, true);
		}
		boolean fixed = !relay.value() && !token.value().isEmpty();
		if (fixed) {
			lookup.show("token", new Setting<>("******", token.property()));
		}
		else {
			lookup.show("relay", relay);
		}
		return new AuthClientPolicy(fixed ? token.value() : null, relay.value(),
				(fixed || relay.value()) ? null : supplier,
				lookup.value("allow-plaintext", Override::allowPlaintext, defaults.allowPlaintext()));
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
