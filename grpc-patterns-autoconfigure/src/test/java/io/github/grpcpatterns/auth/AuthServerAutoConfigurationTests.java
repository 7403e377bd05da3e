/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.crypto.spec.SecretKeySpec;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.settings.SettingsAutoConfiguration;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link AuthServerAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthServerAutoConfigurationTests {

	private static final String AUTH = "grpc.patterns.server.auth.";

	private static final String BOOT = "spring.security.oauth2.resourceserver.jwt.";

	private static final String SECRET = AUTH + "jwt.secret=" + Tokens.SECRET;

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(SettingsAutoConfiguration.class, CallAutoConfiguration.class, AuthServerAutoConfiguration.class));

	@TempDir
	Path directory;

	private ApplicationContextRunner serving() {
		return this.runner.withUserConfiguration(OwnService.class);
	}

	private static Status.Code call(AssertableApplicationContext context, String token) {
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.interceptors(context.getBean(AuthServerInterceptor.class))
			.clientInterceptors(Tokens.bearer(token))
			.start()) {
			Throwable thrown = catchThrowable(() -> harness.blocking().ping(PingRequest.getDefaultInstance()));
			return (thrown != null) ? Status.fromThrowable(thrown).getCode() : Status.Code.OK;
		}
	}

	private String pem(java.security.Key key) {
		return Tokens.write(this.directory.resolve("key.pem"), Tokens.pem(key)).toUri().toString();
	}

	@Test
	void isOnByDefault() {
		serving().withPropertyValues(SECRET).run((context) -> {
			assertThat(context).hasSingleBean(AuthServerInterceptor.class);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("auth"));
			assertThat(call(context, Tokens.hs256())).isEqualTo(Status.Code.OK);
			assertThat(call(context, "abc")).isEqualTo(Status.Code.UNAUTHENTICATED);
		});
	}

	@Test
	void isAbsentWhereSwitchedOff() {
		for (String property : new String[] { "grpc.patterns.enabled=false", AUTH + "enabled=false" }) {
			this.runner.withPropertyValues(property)
				.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AuthServerInterceptor.class));
		}
	}

	@Test
	void isAbsentWithoutSpringSecurity() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.security"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AuthServerInterceptor.class));
	}

	@Test
	void worksWithATokenVerifierWhereThereAreNoJwts() {
		serving().withClassLoader(new FilteredClassLoader("org.springframework.security.oauth2", "com.nimbusds"))
			.withBean(TokenVerifier.class, () -> (token) -> new TestingAuthenticationToken(token, null, "a"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(AuthServerInterceptor.class)
				.doesNotHaveBean(JwtKeySource.class));
	}

	@Test
	void backsOffForAnInterceptorOfThatName() {
		serving().withBean("grpcPatternsAuthServerInterceptor", ServerInterceptor.class, () -> new ServerInterceptor() {
			@Override
			public <Q, R> io.grpc.ServerCall.Listener<Q> interceptCall(io.grpc.ServerCall<Q, R> call,
					io.grpc.Metadata headers, io.grpc.ServerCallHandler<Q, R> next) {
				return next.startCall(call, headers);
			}
		}).run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AuthServerInterceptor.class));
	}

	@Test
	void withoutAKeySourceTheStartFailsAndSaysTheWaysOut() {
		serving().run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new MissingKeySourceFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("grpcpatterns.testing.v1.PingService/Ping")
				.doesNotContain("grpc.health", "grpc.reflection");
			assertThat(analysis.getAction()).contains(AUTH + "jwt.issuer-uri", AUTH + "jwt.jwk-set-uri",
					AUTH + "jwt.public-key-location", AUTH + "jwt.secret", "spring.security.oauth2.resourceserver.jwt",
					"JwtDecoder bean", "TokenVerifier bean", "grpc.patterns.server.auth.public-methods",
					"grpc.patterns.server.auth.enabled=false");
		});
	}

	@Test
	void blankSecretIsNoKeySourceAndDoesNotHideTheNext() throws Exception {
		serving().withPropertyValues(AUTH + "jwt.secret=", AUTH + "jwt.issuer-uri= ", AUTH + "jwt.jwk-set-uri=")
			.run((context) -> assertThat(context).getFailure().isInstanceOf(MissingKeySourceException.class));
		serving()
			.withPropertyValues(AUTH + "jwt.secret=", AUTH + "jwt.issuer-uri=", AUTH + "jwt.public-key-location=",
					BOOT + "public-key-location=" + pem(Tokens.RSA.toPublicKey()))
			.run((context) -> assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.OK));
	}

	@Test
	void withoutAKeySourceItStartsWhereEveryMethodIsPublic() {
		serving().withPropertyValues(AUTH + "public-methods=*").run((context) -> assertThat(context).hasNotFailed());
		serving().withPropertyValues(AUTH + "public-methods=grpcpatterns.testing.v1.PingService/Ping")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void withoutServicesOfItsOwnItStarts() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withUserConfiguration(InfrastructureOnly.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void tokenVerifierComesBeforeJwts() {
		serving().withPropertyValues(AUTH + "jwt.public-key-location=file:/is/not/read.pem")
			.withBean(TokenVerifier.class, () -> (token) -> new TestingAuthenticationToken(token, null, "a"))
			.run((context) -> assertThat(call(context, "opaque")).isEqualTo(Status.Code.OK));
	}

	@Test
	void jwtDecoderComesBeforeSettings() {
		serving().withPropertyValues(AUTH + "jwt.secret=another secret of thirty-two bytes!")
			.withBean(JwtDecoder.class, AuthServerAutoConfigurationTests::secretDecoder)
			.run((context) -> assertThat(call(context, Tokens.hs256())).isEqualTo(Status.Code.OK));
	}

	@Test
	void decoderThatBootMadeOfItsOwnSettingsComesAfterOurs() throws Exception {
		String boots = BOOT + "public-key-location=" + pem(Tokens.RSA.toPublicKey());
		ApplicationContextRunner both = serving()
			.withUserConfiguration(boot("OAuth2ResourceServerProperties"), boot("JwtDecoderConfiguration"))
			.withPropertyValues(boots, BOOT + "authority-prefix=ROLE_", AUTH + "rules[0].methods=*",
					AUTH + "rules[0].authorities=SCOPE_ping,ROLE_ping");
		String token = Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256, (claims) -> claims.claim("scope", "ping"));
		both.withPropertyValues(SECRET).run((context) -> {
			assertThat(context).hasSingleBean(JwtDecoder.class);
			assertThat(call(context, Tokens.hs256((claims) -> claims.claim("scope", "ping"))))
				.isEqualTo(Status.Code.OK);
			assertThat(call(context, token)).isEqualTo(Status.Code.UNAUTHENTICATED);
		});
		both.run((context) -> {
			assertThat(call(context, token)).isEqualTo(Status.Code.OK);
			assertThat(context.getBean(AuthServerInterceptor.class).admission().computes())
				.as("read by us, so that no bean is asked")
				.isTrue();
		});
	}

	@Test
	void decoderThatBootMadeIsAskedWhereTheApplicationAddsToIt() throws Exception {
		serving().withUserConfiguration(boot("OAuth2ResourceServerProperties"), boot("JwtDecoderConfiguration"))
			.withPropertyValues(BOOT + "public-key-location=" + pem(Tokens.RSA.toPublicKey()),
					BOOT + "principal-claim-name=client_id")
			.withBean(OAuth2TokenValidator.class,
					() -> (OAuth2TokenValidator<Jwt>) (jwt) -> "eu".equals(jwt.getClaimAsString("region"))
							? OAuth2TokenValidatorResult.success()
							: OAuth2TokenValidatorResult.failure(new OAuth2Error("region")))
			.run((context) -> {
				assertThat(call(context,
						Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256, (claims) -> claims.claim("region", "eu"))))
					.isEqualTo(Status.Code.OK);
				assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.UNAUTHENTICATED);
			});
	}

	@Test
	void decoderOfTheApplicationComesBeforeSettingsBesideBootsResourceServer() throws Exception {
		serving().withBean(JwtDecoder.class, AuthServerAutoConfigurationTests::secretDecoder)
			.withUserConfiguration(boot("OAuth2ResourceServerProperties"), boot("JwtDecoderConfiguration"))
			.withPropertyValues(BOOT + "public-key-location=" + pem(Tokens.RSA.toPublicKey()),
					AUTH + "jwt.secret=another secret of thirty-two bytes!")
			.run((context) -> assertThat(call(context, Tokens.hs256())).isEqualTo(Status.Code.OK));
	}

	private static Class<?> boot(String name) throws ClassNotFoundException {
		return Class.forName("org.springframework.boot.security.oauth2.server.resource.autoconfigure." + name);
	}

	private static JwtDecoder secretDecoder() {
		return NimbusJwtDecoder.withSecretKey(new SecretKeySpec(Tokens.SECRET.getBytes(StandardCharsets.UTF_8), "HS"))
			.build();
	}

	@Test
	void otherSettingsComeBeforeTheSecret() throws Exception {
		serving()
			.withPropertyValues(SECRET, AUTH + "jwt.public-key-location=" + pem(Tokens.RSA.toPublicKey()),
					BOOT + "public-key-location=file:/is/not/read.pem")
			.run((context) -> {
				assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.OK);
				assertThat(call(context, Tokens.hs256())).isEqualTo(Status.Code.UNAUTHENTICATED);
			});
	}

	@Test
	void keySetComesBeforeAPublicKeyAndIssuerIsOnlyCompared() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			serving()
				.withPropertyValues(AUTH + "jwt.jwk-set-uri=" + server.keysUrl(),
						AUTH + "jwt.public-key-location=file:/is/not/read.pem",
						AUTH + "jwt.issuer-uri=http://localhost:1/issuer")
				.run((context) -> {
					assertThat(
							call(context,
									Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256,
											(claims) -> claims.issuer("http://localhost:1/issuer"))))
						.isEqualTo(Status.Code.OK);
					assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.UNAUTHENTICATED);
				});
		}
	}

	@Test
	void deadKeyServerDoesNotFailTheStart() {
		serving().withPropertyValues(AUTH + "jwt.issuer-uri=http://localhost:1")
			.run((context) -> assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.UNAVAILABLE));
	}

	@Test
	void bootsSettingsAreTheLastSource() throws Exception {
		serving()
			.withPropertyValues(BOOT + "public-key-location=" + pem(Tokens.RSA.toPublicKey()),
					BOOT + "jws-algorithms=RS512", BOOT + "audiences=ours", BOOT + "authority-prefix=ROLE_",
					BOOT + "authorities-claim-name=roles", AUTH + "rules[0].methods=*",
					AUTH + "rules[0].authorities=ROLE_ping")
			.run((context) -> {
				assertThat(call(context,
						Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS512,
								(claims) -> claims.audience("ours").claim("roles", List.of("ping")))))
					.isEqualTo(Status.Code.OK);
				assertThat(call(context,
						Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS512, (claims) -> claims.claim("roles", List.of("ping")))))
					.isEqualTo(Status.Code.UNAUTHENTICATED);
				assertThat(call(context,
						Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256,
								(claims) -> claims.audience("ours").claim("roles", List.of("ping")))))
					.isEqualTo(Status.Code.UNAUTHENTICATED);
			});
	}

	@Test
	void bootsKeySetAndIssuerAreRead() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			serving().withPropertyValues(BOOT + "jwk-set-uri=" + server.keysUrl())
				.run((context) -> assertThat(call(context, Tokens.rs256(Tokens.RSA))).isEqualTo(Status.Code.OK));
			server.at("/.well-known/openid-configuration",
					"{\"issuer\":\"" + server.url() + "\",\"jwks_uri\":\"" + server.keysUrl() + "\"}");
			serving().withPropertyValues(BOOT + "issuer-uri=" + server.url())
				.run((context) -> assertThat(call(context,
						Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS256, (claims) -> claims.issuer(server.url()))))
					.isEqualTo(Status.Code.OK));
		}
	}

	@Test
	void badSettingsOfBootsAreNamedAsBoots() {
		serving().withPropertyValues(BOOT + "jwk-set-uri=http://localhost/keys", BOOT + "jws-algorithms=RS256,nonsense")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(BOOT + "jws-algorithms[1]"));
		serving().withPropertyValues(BOOT + "issuer-uri=nonsense")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(BOOT + "issuer-uri"));
	}

	@Test
	void cacheOfSizeOrAgeZeroIsNone() {
		for (String[] setting : new String[][] { { "cache.size=0", "2" }, { "cache.max-age=0", "2" },
				{ "cache.size=5", "1" } }) {
			List<String> verified = new CopyOnWriteArrayList<>();
			serving().withPropertyValues(AUTH + setting[0]).withBean(TokenVerifier.class, () -> (token) -> {
				verified.add(token);
				return new TestingAuthenticationToken(token, null, "a");
			}).run((context) -> {
				call(context, "opaque");
				call(context, "opaque");
				assertThat(verified).hasSize(Integer.parseInt(setting[1]));
			});
		}
	}

	@Test
	void listenersHearEachOutcome() {
		List<AuthOutcomeListener.Outcome> outcomes = new CopyOnWriteArrayList<>();
		serving().withPropertyValues(SECRET)
			.withBean(AuthOutcomeListener.class, () -> (call, outcome) -> outcomes.add(outcome))
			.run((context) -> {
				call(context, Tokens.hs256());
				call(context, "abc");
				assertThat(outcomes).containsExactly(AuthOutcomeListener.Outcome.ACCEPTED,
						AuthOutcomeListener.Outcome.INVALID);
			});
	}

	@Test
	void serviceWhoseAnnotationsWouldBeSkippedFailsTheStart() {
		serving().withPropertyValues(SECRET)
			.withBean("secured", Skipped.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(SkippedMethodSecurityException.class)
				.hasMessageContaining("'secured'"));
	}

	@Test
	void unknownSettingsFailTheStart() {
		this.runner.withPropertyValues(AUTH + "jwt.secert=" + Tokens.SECRET)
			.run((context) -> assertThat(context).hasFailed());
		this.runner.withPropertyValues(AUTH + "rules[0].methods=*", AUTH + "rules[0].authority=x")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void patternThatMatchesNoMethodFailsTheStart() {
		serving().withPropertyValues(SECRET, AUTH + "rules[0].methods=grpcpatterns.testing.v1.PingService/Pong")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(AUTH + "rules[0].methods[0]")
				.hasMessageContaining("did you mean"));
	}

	@Test
	void neitherSecretsNorTokensArePrinted(CapturedOutput output) {
		String token = Tokens.hs256("mallory");
		String broken = token.substring(0, token.length() - 5);
		serving().withPropertyValues(SECRET, "logging.level.root=trace", "debug=true")
			.withBean(org.springframework.boot.logging.LoggingSystem.class,
					() -> org.springframework.boot.logging.LoggingSystem.get(getClass().getClassLoader()))
			.run((context) -> {
				org.springframework.boot.logging.LoggingSystem logging = context
					.getBean(org.springframework.boot.logging.LoggingSystem.class);
				logging.setLogLevel("io.github.grpcpatterns", org.springframework.boot.logging.LogLevel.TRACE);
				try {
					assertThat(call(context, token)).isEqualTo(Status.Code.OK);
					assertThat(call(context, broken)).isEqualTo(Status.Code.UNAUTHENTICATED);
					assertThat(context.getBean(AuthServerProperties.class).toString()).doesNotContain(Tokens.SECRET);
				}
				finally {
					logging.setLogLevel("io.github.grpcpatterns", null);
				}
			});
		assertThat(output).contains("Refused a token").doesNotContain(token, broken, Tokens.SECRET);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnService {

		@Bean
		ServerServiceDefinition registered(RegisteredMethods methods) {
			methods.register(new HealthStatusManager().getHealthService().bindService());
			methods.register(ProtoReflectionServiceV1.newInstance().bindService());
			return methods.register(new PingService().bindService());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InfrastructureOnly {

		@Bean
		ServerServiceDefinition registered(RegisteredMethods methods) {
			methods.register(new HealthStatusManager().getHealthService().bindService());
			return methods.register(ProtoReflectionServiceV1.newInstance().bindService());
		}

	}

	static class Skipped implements PingServiceGrpc.AsyncService, BindableService {

		@Override
		@PreAuthorize("denyAll")
		public void ping(PingRequest request,
				io.grpc.stub.StreamObserver<io.github.grpcpatterns.testing.v1.PingResponse> responses) {
		}

		@Override
		public ServerServiceDefinition bindService() {
			return PingServiceGrpc.bindService(this);
		}

	}

}
