/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.internal.settings.HoldsSecrets;
import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the tokens of a client. Tokens are never
 * printed.
 *
 * @param enabled Whether to add tokens to outbound calls.
 * @param token Token to send with calls, without 'Bearer'. Blank means none.
 * @param relay Whether calls made while handling a call carry its caller's token.
 * @param allowPlaintext Whether to send tokens over plaintext connections beyond
 * loopback, where anyone on the network path can read them. Do not enable in production.
 * @param overrides Settings of single methods.
 */
@ConfigurationProperties(value = AuthClientProperties.PREFIX, ignoreUnknownFields = false)
public record AuthClientProperties(@DefaultValue("true") boolean enabled, @DefaultValue("") String token,
		@DefaultValue("false") boolean relay, @DefaultValue("false") boolean allowPlaintext,
		@DefaultValue List<Override> overrides) implements HoldsSecrets {

	/**
	 * The prefix of these settings.
	 */
	static final String PREFIX = "grpc.patterns.client.auth";

	/**
	 * Check the values.
	 * @throws SettingException if a value is not valid
	 */
	public AuthClientProperties {
		token = token.isBlank() ? "" : token;
		check(token, relay);
		overrides = List.copyOf(overrides);
		MethodOverrides.of(PREFIX, overrides);
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	private static void check(@Nullable String token, @Nullable Boolean relay) {
		if (token == null || token.isEmpty()) {
			return;
		}
		if (!BearerCredentials.valid(token)) {
			throw new SettingException("token", null,
					"Must be the token alone, without 'Bearer', of visible ASCII characters.");
		}
		if (Boolean.TRUE.equals(relay)) {
			throw new SettingException("relay", true, "Must not be set together with 'token'.");
		}
	}

	@java.lang.Override
	public String toString() {
		return "AuthClientProperties[enabled=" + this.enabled + ", token=" + mask(this.token) + ", relay=" + this.relay
				+ ", allowPlaintext=" + this.allowPlaintext + ", overrides=" + this.overrides + "]";
	}

	private static String mask(@Nullable String token) {
		return (token == null || token.isEmpty()) ? "none" : "******";
	}

	/**
	 * Settings of single methods. Settings that are absent are inherited.
	 *
	 * @param methods Comma-separated list of method patterns.
	 * @param token Token to send with calls, without 'Bearer'. Blank means none.
	 * @param relay Whether calls made while handling a call carry its caller's token.
	 * @param allowPlaintext Whether to send tokens over plaintext connections beyond
	 * loopback, where anyone on the network path can read them. Do not enable in
	 * production.
	 */
	public record Override(@DefaultValue List<String> methods, @Nullable String token, @Nullable Boolean relay,
			@Nullable Boolean allowPlaintext) implements MethodOverride {

		/**
		 * Check the values.
		 * @throws SettingException if a value is not valid
		 */
		public Override {
			token = (token != null && token.isBlank()) ? "" : token;
			check(token, relay);
			methods = List.copyOf(methods);
		}

		@java.lang.Override
		public String toString() {
			return "Override[methods=" + this.methods + ", token=" + mask(this.token) + ", relay=" + this.relay
					+ ", allowPlaintext=" + this.allowPlaintext + "]";
		}

		/**
		 * Return whether this entry names a source of tokens.
		 */
		boolean names() {
			return Boolean.TRUE.equals(this.relay) || (this.token != null && !this.token.isEmpty());
		}

	}

}
