/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Spring Security of the application beside our authentication.
 */
class SecurityTests {

	private static final String PUBLIC = "grpc.patterns.server.auth.public-methods=" + App.PING + "PingSafe";

	private static final Metadata.Key<String> TENANT = Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER);

	private static String ping(Channel channel) {
		return PingServiceGrpc.newBlockingStub(channel)
			.ping(PingRequest.newBuilder().setValue("hello").build())
			.getValue();
	}

	private static String pingSafe(Channel channel) {
		return PingServiceGrpc.newBlockingStub(channel)
			.pingSafe(PingRequest.newBuilder().setValue("hello").build())
			.getValue();
	}

	private static GrpcErrors refusal(Channel channel) {
		return GrpcErrors.from(catchThrowableOfType(StatusRuntimeException.class, () -> ping(channel)));
	}

	private static void assertOursDecides(App app) {
		assertThat(ping(app.as("alice"))).isEqualTo("hello");
		assertThat(pingSafe(app.channel())).as("without a token").isEqualTo("hello");
		assertThat(refusal(app.channel()).reason()).isEqualTo("TOKEN_MISSING");
	}

	/**
	 * net.devh adds its own security for any such bean.
	 */
	@Test
	void anAuthenticationManagerOfTheWebIsNotAsked() {
		try (App app = App.start(Managed.class, PUBLIC)) {
			assertOursDecides(app);
		}
	}

	@Test
	void withBootsResourceServerOursDecidesByItsOwnSettings() {
		assumeTrue(ClassUtils.isPresent(
				"org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken",
				null), "the row has Spring Security's resource server");
		try (App app = App.startWeb(App.Ping.class, PUBLIC,
				"spring.security.oauth2.resourceserver.jwt.jwk-set-uri=http://127.0.0.1:1/keys")) {
			assertThat(
					app.context()
						.getBeanNamesForType(ClassUtils
							.resolveClassName("org.springframework.security.oauth2.jwt.JwtDecoder", null)))
				.as("Boot's")
				.hasSize(1);
			assertOursDecides(app);
		}
	}

	@Test
	void aSecurityInterceptorOfTheApplicationStays() {
		try (App app = App.start(Guarded.class, PUBLIC)) {
			Metadata tenant = new Metadata();
			tenant.put(TENANT, "a");
			Channel alice = app.as("alice");
			assertThat(refusal(alice).code()).isEqualTo(Status.Code.PERMISSION_DENIED);
			assertThat(ping(ClientInterceptors.intercept(alice, MetadataUtils.newAttachHeadersInterceptor(tenant))))
				.isEqualTo("hello");
			assertThat(refusal(app.channel(tenant)).reason()).isEqualTo("TOKEN_MISSING");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Managed extends App.Ping {

		@Bean
		AuthenticationManager authenticationManager() {
			return (authentication) -> {
				throw new BadCredentialsException("not of the web");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Guarded extends App.Ping {

		@Bean
		@net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor
		@org.springframework.grpc.server.GlobalServerInterceptor
		ServerInterceptor tenants() {
			return new ServerInterceptor() {

				@Override
				public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
						ServerCallHandler<Q, R> next) {
					if (headers.containsKey(TENANT)) {
						return next.startCall(call, headers);
					}
					call.close(Status.PERMISSION_DENIED, new Metadata());
					return new ServerCall.Listener<>() {
					};
				}

			};
		}

	}

}
