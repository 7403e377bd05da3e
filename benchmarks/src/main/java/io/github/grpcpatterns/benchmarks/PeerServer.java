/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.security.authentication.BearerAuthenticationReader;
import net.devh.boot.grpc.server.security.authentication.GrpcAuthenticationReader;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/**
 * A server of {@link Peers}, which runs with the class path of any of the stacks: ours,
 * Spring Boot's own gRPC, and net.devh on its own.
 */
final class PeerServer {

	private PeerServer() {
	}

	/**
	 * Start the server, print its port, and serve until the input ends.
	 * @param args properties of the application; {@code peer.port}, {@code peer.key} (the
	 * location of the public key), {@code peer.decoder}, {@code peer.meters},
	 * {@code peer.net-devh-security}
	 * @throws IOException if the input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Map<String, Object> properties = new HashMap<>(Map.of("logging.threshold.console", "error",
				"spring.main.banner-mode", "off", "spring.main.web-application-type", "none", "logging.file.name",
				System.getProperty("java.io.tmpdir") + "/grpc-patterns-peer.log"));
		for (String arg : args) {
			String[] pair = arg.split("=", 2);
			properties.put(pair[0], pair[1]);
		}
		properties.put("grpc.server.port", properties.get("peer.port"));
		properties.put("spring.grpc.server.port", properties.get("peer.port"));
		List<Class<?>> sources = new ArrayList<>(List.of(Application.class));
		// By need: a class path has not the classes of each.
		Map.of("peer.meters", Meters.class, "peer.decoder", Decoder.class, "peer.net-devh-security",
				NetDevhSecurity.class)
			.forEach((property, source) -> {
				if (properties.containsKey(property)) {
					sources.add(source);
				}
			});
		new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).properties(properties).run();
		System.out.println("port " + properties.get("peer.port"));
		while (System.in.read() != -1) {
			// until the parent ends
		}
		System.exit(0);
	}

	/**
	 * The service alone.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@GrpcService
		BindableService bench() {
			return BenchService::definition;
		}

	}

	/**
	 * The registry that the actuator makes, on the class paths of the peers.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Meters {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

	}

	/**
	 * The decoder that Spring Boot would make in a web application.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Decoder {

		@Bean
		JwtDecoder jwtDecoder(Environment environment) throws Exception {
			String pem = Files.readString(Path.of(URI.create(environment.getRequiredProperty("peer.key"))));
			byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
			return NimbusJwtDecoder
				.withPublicKey((RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(key)))
				.build();
		}

	}

	/**
	 * The beans that net.devh's own security wants.
	 */
	@Configuration(proxyBeanMethods = false)
	static class NetDevhSecurity {

		@Bean
		AuthenticationManager authenticationManager(JwtDecoder decoder) {
			return new ProviderManager(new JwtAuthenticationProvider(decoder));
		}

		@Bean
		GrpcAuthenticationReader authenticationReader() {
			return new BearerAuthenticationReader(BearerTokenAuthenticationToken::new);
		}

	}

}
