/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import javax.crypto.spec.SecretKeySpec;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Creates the verification of JWTs from settings. Keys come from the settings alone: a
 * token's own references to keys ({@code jku}, {@code x5u}, {@code x5c}, {@code jwk}) are
 * never followed.
 */
final class JwtDecoders {

	private static final JWSAlgorithm[] RSA = { JWSAlgorithm.RS256, JWSAlgorithm.RS384, JWSAlgorithm.RS512,
			JWSAlgorithm.PS256, JWSAlgorithm.PS384, JWSAlgorithm.PS512 };

	private static final JWSAlgorithm[] EC = { JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512 };

	/**
	 * Access tokens have one of these types, with or without {@code application/} (RFC
	 * 7519, 5.1, and RFC 9068, 2.1), or none. Other types of JWT are for other uses.
	 */
	private static final Set<@Nullable JOSEObjectType> TYPES = types("JWT", "at+jwt");

	private final String prefix;

	private final String algorithmsProperty;

	private final AuthServerProperties.Jwt settings;

	private final ResourceLoader resources;

	private final CallTimer timer;

	private final Clock clock;

	private @Nullable RemoteKeys remoteKeys;

	/**
	 * Create it.
	 * @param prefix the prefix of the settings, for messages
	 * @param algorithmsProperty the full name of the setting of the algorithms
	 */
	JwtDecoders(String prefix, String algorithmsProperty, AuthServerProperties.Jwt settings, ResourceLoader resources,
			CallTimer timer, Clock clock) {
		this.prefix = prefix;
		this.algorithmsProperty = algorithmsProperty;
		this.settings = settings;
		this.resources = resources;
		this.timer = timer;
		this.clock = clock;
	}

	private static Set<@Nullable JOSEObjectType> types(String... names) {
		Set<@Nullable JOSEObjectType> types = new HashSet<>();
		types.add(null);
		for (String name : names) {
			types.add(new JOSEObjectType(name));
			types.add(new JOSEObjectType("application/" + name));
		}
		return types;
	}

	/**
	 * Make the verification.
	 * @return the verification, or {@code null} where no source of keys is set
	 */
	@Nullable JwtTokenVerification create() {
		JWSKeySelector<SecurityContext> keys = keys();
		if (keys == null) {
			return null;
		}
		JwtDecoder decoder = decoder(keys, null);
		JwtDecoder withoutWaiting = (this.remoteKeys != null) ? decoder(keys, RemoteKeys.Waiting.NONE) : decoder;
		return new JwtTokenVerification(decoder, withoutWaiting, this.settings, this.clock);
	}

	/**
	 * Renew remote keys no more.
	 */
	void close() {
		RemoteKeys remote = this.remoteKeys;
		if (remote != null) {
			remote.close();
		}
	}

	private @Nullable JWSKeySelector<SecurityContext> keys() {
		AuthServerProperties.Jwt settings = this.settings;
		if (settings.jwkSetUri() == null && settings.publicKeyLocation() == null && settings.secret() == null) {
			return (settings.issuerUri() != null) ? remote(HttpKeyFetcher.ofIssuer(settings.issuerUri())) : null;
		}
		if (settings.jwkSetUri() != null) {
			return remote(HttpKeyFetcher.ofKeySet(settings.jwkSetUri()));
		}
		if (settings.publicKeyLocation() != null) {
			return publicKey(this.resources.getResource(settings.publicKeyLocation()));
		}
		byte[] secret = String.valueOf(settings.secret()).getBytes(StandardCharsets.UTF_8);
		return single(new SecretKeySpec(secret, "HmacSHA256"), Set.of(JWSAlgorithm.HS256), JWSAlgorithm.HS256);
	}

	private JWSKeySelector<SecurityContext> remote(KeyFetcher fetcher) {
		Set<JWSAlgorithm> fitting = new LinkedHashSet<>(List.of(RSA));
		fitting.addAll(List.of(EC));
		RemoteKeys remoteKeys = new RemoteKeys(fetcher, this.timer);
		this.remoteKeys = remoteKeys;
		return new JWSVerificationKeySelector<>(algorithms(fitting, JWSAlgorithm.RS256, JWSAlgorithm.ES256),
				remoteKeys);
	}

	private JWSKeySelector<SecurityContext> publicKey(Resource location) {
		PublicKey key = PemPublicKey.read(this.prefix + ".public-key-location", location);
		if (key instanceof ECPublicKey ec) {
			JWSAlgorithm algorithm = algorithm(location, ec);
			return single(key, Set.of(algorithm), algorithm);
		}
		return single(key, Set.of(RSA), JWSAlgorithm.RS256);
	}

	private JWSAlgorithm algorithm(Resource location, ECPublicKey key) {
		for (JWSAlgorithm algorithm : EC) {
			if (Curve.forJWSAlgorithm(algorithm).contains(Curve.forECParameterSpec(key.getParams()))) {
				return algorithm;
			}
		}
		throw new SettingException(this.prefix + ".public-key-location", location.getDescription(),
				"Holds a key on a curve that no algorithm uses.");
	}

	private JWSKeySelector<SecurityContext> single(Key key, Set<JWSAlgorithm> fitting, JWSAlgorithm byDefault) {
		Set<JWSAlgorithm> algorithms = algorithms(fitting, byDefault);
		List<Key> keys = List.of(key);
		return (header, context) -> algorithms.contains(header.getAlgorithm()) ? keys : List.of();
	}

	/**
	 * Return the algorithms to accept, all of which must fit the key: a public key taken
	 * for the secret of an HMAC would let anybody sign.
	 */
	private Set<JWSAlgorithm> algorithms(Set<JWSAlgorithm> fitting, JWSAlgorithm... byDefault) {
		List<String> names = this.settings.algorithms();
		if (names.isEmpty()) {
			return Set.of(byDefault);
		}
		Set<JWSAlgorithm> algorithms = new LinkedHashSet<>();
		for (int i = 0; i < names.size(); i++) {
			JWSAlgorithm algorithm = JWSAlgorithm.parse(names.get(i));
			if (!fitting.contains(algorithm)) {
				throw new SettingException(this.algorithmsProperty + "[" + i + "]", names.get(i),
						"Does not match the source of keys, which allows "
								+ String.join(", ", fitting.stream().map(JWSAlgorithm::getName).sorted().toList())
								+ ".");
			}
			algorithms.add(algorithm);
		}
		return algorithms;
	}

	private JwtDecoder decoder(JWSKeySelector<SecurityContext> keys, @Nullable SecurityContext context) {
		DefaultJWTProcessor<SecurityContext> processor = new Processor(context);
		processor.setJWSKeySelector(keys);
		processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPES));
		processor
			.setJWTClaimsSetVerifier(new ClaimsCheck(this.settings.issuerUri(), this.settings.clockSkew(), this.clock));
		NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
		decoder.setJwtValidator((jwt) -> OAuth2TokenValidatorResult.success());
		return decoder;
	}

	/**
	 * Passes a context to the keys, which the decoder does not, and looks at the times as
	 * they were written: Nimbus makes a {@link java.util.Date} of them that overflows.
	 */
	private static final class Processor extends DefaultJWTProcessor<SecurityContext> {

		private final @Nullable SecurityContext context;

		Processor(@Nullable SecurityContext context) {
			this.context = context;
		}

		@Override
		public JWTClaimsSet process(JWT jwt, @Nullable SecurityContext none) throws BadJOSEException, JOSEException {
			try {
				JWTClaimsSet claims = super.process(jwt, this.context);
				NumericDates.check(jwt);
				return claims;
			}
			catch (ClaimsCheck.Expired ex) {
				NumericDates.check(jwt);
				throw ex;
			}
		}

	}

}
