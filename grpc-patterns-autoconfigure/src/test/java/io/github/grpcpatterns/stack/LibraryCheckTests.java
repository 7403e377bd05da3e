/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.stream.Stream;

import io.github.grpcpatterns.auth.TokenVerifier;
import io.github.grpcpatterns.internal.settings.MissingLibraryException;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.micrometer.context.ContextRegistry;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.authentication.TestingAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LibraryCheck}, {@link ProcessSides}, and what the patterns need.
 */
@ExtendWith(OutputCaptureExtension.class)
class LibraryCheckTests {

	private static final String SECURITY = "org.springframework.security";

	private static final String RESILIENCE4J = "io.github.resilience4j";

	/**
	 * Of the whole JVM: it looks for accessors of Spring Security once, with the loader
	 * of the test that comes first.
	 */
	@BeforeAll
	static void loadContextRegistry() {
		ContextRegistry.getInstance();
	}

	private static ApplicationContextRunner without(TestStack stack, String library) {
		FilteredClassLoader loader = (stack == TestStack.SPRING_GRPC)
				? new FilteredClassLoader("io.grpc.netty.shaded", library) : new FilteredClassLoader(library);
		return stack.runner().withClassLoader(loader);
	}

	private static ApplicationContextRunner without(String library) {
		return without(TestStack.NET_DEVH, library);
	}

	private static void failsWith(ApplicationContextRunner runner, String... needs) {
		runner.run((context) -> assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
			.isInstanceOf(MissingLibraryException.class)
			.hasMessage(String.join(", ", needs)));
	}

	private static void starts(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@EnumSource
	void authWithoutSpringSecurityFailsTheStart(TestStack stack) {
		failsWith(
				without(stack, SECURITY).withPropertyValues("grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
						"grpc.patterns.server.auth.rules[0].methods=*"),
				"grpc.patterns.server.auth needs org.springframework.security:spring-security-core");
	}

	@ParameterizedTest
	@CsvSource({ "org.springframework.security.oauth2.jwt,org.springframework.security:spring-security-oauth2-jose",
			"com.nimbusds.jwt,com.nimbusds:nimbus-jose-jwt" })
	void tokensWithoutTheLibraryThatVerifiesThemFailTheStart(String library, String artifact) {
		failsWith(
				without(library).withPropertyValues("grpc.patterns.server.auth.public-methods=",
						"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET),
				"grpc.patterns.server.auth needs " + artifact);
	}

	@Test
	void aTokenVerifierNeedsNoJwtLibrary() {
		starts(without("org.springframework.security.oauth2")
			.withPropertyValues("grpc.patterns.server.auth.public-methods=")
			.withBean(TokenVerifier.class, () -> (token) -> new TestingAuthenticationToken(token, null)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "stream.inbound-rate=1", "stream.overrides[0].outbound-rate=1",
			"rate-limit.calls-per-second=1", "rate-limit.overrides[0].calls-per-second=1" })
	void ratesWithoutTheirLibrariesFailTheStart(String rate) {
		String pattern = "grpc.patterns.server." + rate.substring(0, rate.indexOf('.'));
		ApplicationContextRunner rated = without("io.github.bucket4j")
			.withPropertyValues("grpc.patterns.server." + rate);
		if (rate.contains("overrides")) {
			rated = rated.withPropertyValues(pattern + ".overrides[0].methods=*");
		}
		failsWith(rated, pattern + " needs com.bucket4j:bucket4j_jdk17-core");
	}

	@Test
	void theCacheOfTokensWithoutItsLibraryFailsTheStart() {
		ApplicationContextRunner without = without("com.github.benmanes.caffeine");
		failsWith(without, "grpc.patterns.server.auth needs com.github.ben-manes.caffeine:caffeine");
		starts(without.withPropertyValues("grpc.patterns.server.auth.cache.size=0"));
	}

	@Test
	void metersWithoutMicrometerFailTheStart() {
		failsWith(without("io.micrometer.core"), "grpc.patterns.server.metrics needs io.micrometer:micrometer-core");
	}

	@Test
	void withoutARateNothingIsNeededForRates() {
		starts(without("io.github.bucket4j"));
	}

	@ParameterizedTest
	@CsvSource({ SECURITY + ",server.auth", "io.micrometer.core,server.metrics" })
	void aPatternThatIsOffNeedsNothing(String library, String pattern) {
		starts(without(library).withPropertyValues("grpc.patterns." + pattern + ".enabled=false"));
		starts(without(library).withPropertyValues("grpc.patterns.enabled=false"));
	}

	@Test
	void aProcessWithoutAServerNeedsNothingOfAServer() {
		starts(without(SECURITY).withPropertyValues("grpc.server.port=-1"));
		starts(without(TestStack.SPRING_GRPC, SECURITY).withPropertyValues("spring.grpc.server.enabled=false"));
	}

	@ParameterizedTest
	@EnumSource
	void aProcessWithoutClientsNeedsNothingOfAClient(TestStack stack) {
		starts(without(stack, RESILIENCE4J));
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.client.orders.address=static://127.0.0.1:1",
			"spring.grpc.client.channel.orders.target=static://127.0.0.1:1" })
	void aProcessThatConfiguresAChannelHasClients(String channel) {
		retryIsMissing(without(RESILIENCE4J).withPropertyValues(channel));
	}

	@Test
	void aProcessThatDeclaresAChannelOrAStubHasClients() {
		Stream.of(Channels.class, Stubs.class, Injected.class, InjectedByConstructor.class)
			.forEach((clients) -> retryIsMissing(without(RESILIENCE4J).withUserConfiguration(clients)));
	}

	private static void retryIsMissing(ApplicationContextRunner runner) {
		failsWith(runner, "grpc.patterns.client.retry needs io.github.resilience4j:resilience4j-retry",
				"grpc.patterns.client.retry needs io.github.resilience4j:resilience4j-core");
	}

	@Test
	void whereRetriesAreOffClientsNeedNothingOfThem() {
		starts(without(RESILIENCE4J).withUserConfiguration(Channels.class)
			.withPropertyValues("grpc.patterns.client.retry.enabled=false"));
	}

	@Test
	void validationWithoutProtovalidateSaysWhatRemains(CapturedOutput output) {
		starts(without("build.buf.protovalidate"));
		assertThat(output).contains("validation (of ConstraintViolationException only, without protovalidate)");
	}

	@Configuration(proxyBeanMethods = false)
	static class Channels {

		@Bean
		ManagedChannel channel() {
			return InProcessChannelBuilder.forName("none").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Stubs {

		@Bean
		PingServiceGrpc.PingServiceBlockingStub stub() {
			return PingServiceGrpc.newBlockingStub(InProcessChannelBuilder.forName("none").build());
		}

	}

	static class Injected {

		@GrpcClient("orders")
		PingServiceGrpc.PingServiceBlockingStub stub;

	}

	static class InjectedByConstructor {

		InjectedByConstructor(@GrpcClient("orders") PingServiceGrpc.PingServiceBlockingStub stub) {
		}

	}

}
