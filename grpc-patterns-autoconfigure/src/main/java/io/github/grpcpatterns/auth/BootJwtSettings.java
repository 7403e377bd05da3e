/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Boot's settings for resource servers, which Boot itself applies in web applications
 * only.
 *
 * @param issuerUri the issuer
 * @param jwkSetUri the address of a key set
 * @param publicKeyLocation the location of a public key
 * @param jwsAlgorithms the algorithms to accept
 * @param audiences the audiences to accept
 * @param authorityPrefix what to put before each authority
 * @param authoritiesClaimName the claim that holds the authorities
 * @param principalClaimName the claim that names the caller
 */
record BootJwtSettings(@Nullable String issuerUri, @Nullable String jwkSetUri, @Nullable String publicKeyLocation,
		@DefaultValue List<String> jwsAlgorithms, @DefaultValue List<String> audiences,
		@Nullable String authorityPrefix, @Nullable String authoritiesClaimName, @Nullable String principalClaimName) {

	static final String PREFIX = "spring.security.oauth2.resourceserver.jwt";

	static BootJwtSettings of(Environment environment) {
		return Binder.get(environment).bindOrCreate(PREFIX, BootJwtSettings.class);
	}

	/**
	 * Return whether a source of keys is among them.
	 */
	boolean haveKeys() {
		return StringUtils.hasText(this.issuerUri) || StringUtils.hasText(this.jwkSetUri)
				|| StringUtils.hasText(this.publicKeyLocation);
	}

	/**
	 * Return our settings with Boot's source of keys, and whatever else we are not told
	 * ourselves.
	 */
	AuthServerProperties.Jwt in(AuthServerProperties.Jwt ours, Environment environment) {
		try {
			return new AuthServerProperties.Jwt(this.issuerUri, this.jwkSetUri, this.publicKeyLocation, null,
					ours.algorithms().isEmpty() ? this.jwsAlgorithms : ours.algorithms(),
					ours.audiences().isEmpty() ? this.audiences : ours.audiences(), ours.clockSkew(),
					(ours.authoritiesClaim() != null) ? ours.authoritiesClaim() : this.authoritiesClaimName,
					(ourText(environment, "authority-prefix") == null && this.authorityPrefix != null)
							? this.authorityPrefix : ours.authorityPrefix(),
					(!StringUtils.hasText(ourText(environment, "principal-claim")) && this.principalClaimName != null)
							? this.principalClaimName : ours.principalClaim(),
					ours.requireExpiry(), ours.maxLength());
		}
		catch (SettingException ex) {
			String name = ex.setting().startsWith("algorithms") ? "jws-" + ex.setting() : ex.setting();
			throw new SettingException(PREFIX + "." + name, ex.value(), ex.reason());
		}
	}

	private static @Nullable String ourText(Environment environment, String name) {
		return environment.getProperty(AuthServerProperties.PREFIX + ".jwt." + name);
	}

}
