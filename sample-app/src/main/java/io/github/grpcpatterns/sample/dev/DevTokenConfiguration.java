package io.github.grpcpatterns.sample.dev;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/**
 * Makes the key pair of the profile {@code dev}. The decoder is the key source of the
 * starter's authentication; it refuses expired tokens with the usual minute of leeway.
 */
@Configuration(proxyBeanMethods = false)
@Profile("dev")
class DevTokenConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(DevTokenConfiguration.class);

	private final KeyPair keys = keyPair();

	DevTokenConfiguration() {
		logger.warn("Profile \"dev\": whoever reaches the HTTP port gets a token at /dev/token");
	}

	@Bean
	JwtDecoder devJwtDecoder() {
		return NimbusJwtDecoder.withPublicKey((RSAPublicKey) this.keys.getPublic()).build();
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
