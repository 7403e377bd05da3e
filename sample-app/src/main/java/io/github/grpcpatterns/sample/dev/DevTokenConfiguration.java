/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.dev;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/**
 * Makes the key pair of the profile {@code dev}. The decoder is the key source of the
 * starter's authentication; it refuses expired tokens with the leeway of
 * {@code grpc.patterns.server.auth.jwt.clock-skew}.
 */
@Configuration(proxyBeanMethods = false)
@Profile("dev")
class DevTokenConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(DevTokenConfiguration.class);

	private final KeyPair keys = keyPair();

	DevTokenConfiguration() {
		logger.warn("Profile \"dev\": whoever reaches the HTTP port gets a token at /dev/token");
	}

	// A decoder brings its own times: with its default a clock skew of 0 would end
	// streams when the token expires, but let new calls pass for another minute
	@Bean
	JwtDecoder devJwtDecoder(
			@Value("${grpc.patterns.server.auth.jwt.clock-skew:60s}") @DurationUnit(ChronoUnit.SECONDS) Duration clockSkew) {
		NimbusJwtDecoder decoder = NimbusJwtDecoder.withPublicKey((RSAPublicKey) this.keys.getPublic()).build();
		decoder
			.setJwtValidator(JwtValidators.createDefaultWithValidators(List.of(new JwtTimestampValidator(clockSkew))));
		return decoder;
	}

	@Bean
	JwtEncoder devJwtEncoder() {
		return NimbusJwtEncoder
			.withKeyPair((RSAPublicKey) this.keys.getPublic(), (RSAPrivateKey) this.keys.getPrivate())
			.build();
	}

	private static KeyPair keyPair() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			return generator.generateKeyPair();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has RSA", ex);
		}
	}

}
