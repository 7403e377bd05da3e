/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.internal.settings.HoldsSecrets;
import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} for the authentication of the server's
 * calls.
 *
 * @param enabled Whether to authenticate calls.
 * @param publicMethods Comma-separated list of method patterns that anyone may call.
 * Credentials are ignored there.
 * @param rules List of methods that require an authority in addition to a valid token.
 * The rule with the most specific pattern applies.
 * @param infrastructure Access to the services that the stack adds.
 * @param jwt How tokens are verified.
 * @param cache How long accepted tokens are remembered.
 * @param endStreamsOnExpiry Whether to end a stream when its token expires, after the
 * clock skew.
 * @param verifierTimeout Time that a TokenVerifier or JwtDecoder bean may take. After
 * that, its thread is interrupted and the call is refused. 0 means no limit. If a
 * duration suffix is not specified, seconds will be used.
 */
@ConfigurationProperties(value = "grpc.patterns.server.auth", ignoreUnknownFields = false)
public record AuthServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue List<String> publicMethods,
		@DefaultValue List<Rule> rules, @DefaultValue Infrastructure infrastructure, @DefaultValue Jwt jwt,
		@DefaultValue Cache cache, @DefaultValue("true") boolean endStreamsOnExpiry,
		@DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS) Duration verifierTimeout)
		implements
			HoldsSecrets,
			NeedsLibraries {

	static final String PREFIX = "grpc.patterns.server.auth";

	/**
	 * Check the settings.
	 */
	public AuthServerProperties {
		Settings.notNegative("verifier-timeout", verifierTimeout);
		MethodPatterns.of(PREFIX + ".public-methods", publicMethods);
		MethodOverrides.of(PREFIX, "rules", rules);
	}

	/**
	 * What JWTs need is looked at once it is known whether anything else verifies tokens.
	 */
	@Override
	public List<Library> libraries() {
		return this.cache.remembers() ? List.of(Library.SPRING_SECURITY, Library.CAFFEINE)
				: List.of(Library.SPRING_SECURITY);
	}

	/**
	 * Methods that require an authority.
	 *
	 * @param methods Comma-separated list of method patterns.
	 * @param authorities Comma-separated list of authorities, any one of which is enough.
	 * If absent, any valid token is enough.
	 */
	public record Rule(@DefaultValue List<String> methods,
			@Nullable List<String> authorities) implements MethodOverride {

		/**
		 * Check the settings.
		 */
		public Rule {
			if (methods.isEmpty()) {
				throw new SettingException("methods", "", "Must name a method.");
			}
			if (authorities != null && (authorities.isEmpty() || authorities.stream().anyMatch(String::isBlank))) {
				throw new SettingException("authorities", String.join(",", authorities),
						"Must name an authority; leave it out if any valid token is enough.");
			}
		}

	}

	/**
	 * Access to the services that the stack adds. An entry of {@code public-methods} or
	 * {@code rules} that names these services wins.
	 *
	 * @param health Access to the health service.
	 * @param reflection Access to the reflection service.
	 */
	public record Infrastructure(@DefaultValue("open") Access health,
			@DefaultValue("authenticated") Access reflection) {

		/**
		 * Access to a service.
		 */
		public enum Access {

			/** Anyone. */
			OPEN,

			/** Callers with a valid token. */
			AUTHENTICATED,

			/** Nobody. */
			DENIED

		}

	}

	/**
	 * How tokens are verified. The source of keys is the first one configured: a
	 * JwtDecoder bean, the settings below in their order, the same settings of Boot's. A
	 * blank setting counts as not set.
	 *
	 * @param issuerUri Issuer that tokens must name, and whose metadata names the keys.
	 * With another source of keys the metadata is not fetched.
	 * @param jwkSetUri Address of a JSON Web Key Set.
	 * @param publicKeyLocation Location of a resource with an RSA or EC public key in PEM
	 * form.
	 * @param secret Secret shared with the issuer, at least 32 bytes, for HS256.
	 * @param algorithms Comma-separated list of signature algorithms to accept. By
	 * default the one that matches the key: RS256, ES256 or HS256.
	 * @param audiences Comma-separated list of audiences, one of which the token must
	 * name. If empty, any audience is accepted.
	 * @param clockSkew How far the issuer's clock may be off. If a duration suffix is not
	 * specified, seconds will be used.
	 * @param authoritiesClaim Claim that holds the authorities, a list or a
	 * space-separated string. By default 'scope', or 'scp' if that is absent.
	 * @param authorityPrefix Prefix added to each authority from the claim.
	 * @param principalClaim Claim that names the caller.
	 * @param requireExpiry Whether to refuse tokens that never expire.
	 * @param maxLength Greatest length of a token. Longer ones are refused unread. 0
	 * means no limit.
	 */
	public record Jwt(@Nullable String issuerUri, @Nullable String jwkSetUri, @Nullable String publicKeyLocation,
			@Nullable String secret, @DefaultValue List<String> algorithms, @DefaultValue List<String> audiences,
			@DefaultValue("60s") @DurationUnit(ChronoUnit.SECONDS) Duration clockSkew,
			@Nullable String authoritiesClaim, @DefaultValue("SCOPE_") String authorityPrefix,
			@DefaultValue(SUBJECT) String principalClaim, @DefaultValue("true") boolean requireExpiry,
			@DefaultValue("8KB") DataSize maxLength) {

		private static final String SUBJECT = "sub";

		private static final int SECRET_BYTES = 32;

		private static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
				"ES256", "ES384", "ES512", "HS256", "HS384", "HS512");

		/**
		 * Check the settings.
		 */
		public Jwt {
			// an environment that blanks a setting takes it back
			issuerUri = textOrNull(issuerUri);
			jwkSetUri = textOrNull(jwkSetUri);
			publicKeyLocation = textOrNull(publicKeyLocation);
			secret = textOrNull(secret);
			authoritiesClaim = textOrNull(authoritiesClaim);
			principalClaim = principalClaim.isBlank() ? SUBJECT : principalClaim;
			checkUri("issuer-uri", issuerUri);
			checkUri("jwk-set-uri", jwkSetUri);
			if (secret != null && secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES) {
				throw new SettingException("secret", null, "Must have at least " + SECRET_BYTES + " bytes.");
			}
			for (int i = 0; i < algorithms.size(); i++) {
				if (!ALGORITHMS.contains(algorithms.get(i))) {
					throw new SettingException("algorithms[" + i + "]", algorithms.get(i),
							"Must be one of " + String.join(", ", ALGORITHMS.stream().sorted().toList()) + ".");
				}
			}
			Settings.notNegative("clock-skew", clockSkew);
			Settings.notNegative("max-length", maxLength);
		}

		private static @Nullable String textOrNull(@Nullable String value) {
			return (value != null && !value.isBlank()) ? value : null;
		}

		private static void checkUri(String name, @Nullable String value) {
			if (value == null) {
				return;
			}
			try {
				URI uri = new URI(value);
				boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
				if (web && uri.getHost() != null && uri.getUserInfo() == null) {
					return;
				}
			}
			catch (URISyntaxException ex) {
				// refused below, without the text, which may hold a password
			}
			throw new SettingException(name, null, "Must be an http or https address, without a user or password.");
		}

		/**
		 * All but the secret.
		 */
		@Override
		public String toString() {
			return "Jwt[issuerUri=" + this.issuerUri + ", jwkSetUri=" + this.jwkSetUri + ", publicKeyLocation="
					+ this.publicKeyLocation + ", secret=" + ((this.secret != null) ? "***" : "null") + ", algorithms="
					+ this.algorithms + ", audiences=" + this.audiences + ", clockSkew=" + this.clockSkew
					+ ", authoritiesClaim=" + this.authoritiesClaim + ", authorityPrefix=" + this.authorityPrefix
					+ ", principalClaim=" + this.principalClaim + ", requireExpiry=" + this.requireExpiry
					+ ", maxLength=" + this.maxLength + "]";
		}

	}

	/**
	 * How long accepted tokens are remembered. A token is never remembered past its own
	 * expiry, and refused tokens are not remembered.
	 *
	 * @param size Number of tokens to remember. 0 means that the token of each call is
	 * verified.
	 * @param maxAge Time after which a token is verified again. 0 means that the token of
	 * each call is verified. If a duration suffix is not specified, seconds will be used.
	 */
	public record Cache(@DefaultValue("10000") long size,
			@DefaultValue("5m") @DurationUnit(ChronoUnit.SECONDS) Duration maxAge) {

		/**
		 * Check the settings.
		 */
		public Cache {
			Settings.notNegative("size", size);
			Settings.notNegative("max-age", maxAge);
		}

		boolean remembers() {
			return this.size > 0 && !this.maxAge.isZero();
		}

	}

}
