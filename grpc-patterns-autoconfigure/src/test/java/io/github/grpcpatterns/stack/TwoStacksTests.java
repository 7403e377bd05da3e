/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link TwoStacksFilter} and {@link TwoStacksFailureAnalyzer}: the class path
 * of these tests has both stacks.
 */
@ExtendWith(OutputCaptureExtension.class)
class TwoStacksTests {

	@Test
	void bothStacksAreRefusedWithTheTwoWaysOut(CapturedOutput output) {
		assertThat(catchThrowable(() -> run())).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START",
				"net.devh's grpc-spring-boot-starter and Spring Boot's own gRPC both configure servers and clients",
				"    grpc-server-spring-boot-starter-3.1.0.RELEASE.jar\n", "    spring-boot-grpc-server-",
				"    grpc-client-spring-boot-starter-3.1.0.RELEASE.jar\n", "    spring-boot-grpc-client-",
				"To keep net.devh's, remove the dependencies on spring-boot-starter-grpc-server",
				"set spring.grpc.server.enabled=false and spring.grpc.client.enabled=false.\n",
				"To keep Spring Boot's own, remove the dependencies on net.devh's starters",
				"<groupId>net.devh</groupId>", "<artifactId>grpc-netty-shaded</artifactId>");
	}

	@Test
	void onlyTheSideThatIsThereTwiceIsNamed(CapturedOutput output) {
		assertThat(catchThrowable(() -> run("spring.grpc.server.enabled=false"))).isNotNull();
		assertThat(output).contains("both configure clients.", "set spring.grpc.client.enabled=false.\n")
			.doesNotContain("spring-boot-grpc-server-4", "configure servers");
	}

	@Test
	void aStackForEachSideIsFine(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("spring.grpc.server.enabled=false", "grpc.server.port=0",
				"grpc.server.address=127.0.0.1", "grpc.patterns.server.auth.public-methods=*",
				"spring.autoconfigure.exclude=" + TwoStacksTests.netDevhClient())) {
			assertThat(context.isRunning()).isTrue();
		}
		assertThat(output).contains("grpc-patterns on net.devh grpc-spring-boot-starter 3.1.0.RELEASE and Spring gRPC");
	}

	@Test
	void whereThePatternsAreOffItIsLeftToTheStacks(CapturedOutput output) {
		assertThat(catchThrowable(() -> run("grpc.patterns.enabled=false"))).isNotNull();
		assertThat(output).contains("could not be registered").doesNotContain("Two gRPC stacks");
	}

	private static String netDevhClient() {
		return Stream
			.of("GrpcClient", "GrpcClientMetric", "GrpcClientHealth", "GrpcClientMicrometerTrace", "GrpcClientSecurity",
					"GrpcDiscoveryClient")
			.map((name) -> "net.devh.boot.grpc.client.autoconfigure." + name + "AutoConfiguration")
			.reduce((a, b) -> a + "," + b)
			.orElseThrow();
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
