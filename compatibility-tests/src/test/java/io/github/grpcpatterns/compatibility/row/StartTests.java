/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What is refused at the start, and what is said.
 */
class StartTests {

	private static final Class<?>[] PING = { Stack.PRESENT.configuration(), App.Ping.class };

	private static String refusal(String... properties) {
		try (Output output = new Output()) {
			assertThatException().isThrownBy(() -> App.run(WebApplicationType.NONE, PING, properties));
			return output.text();
		}
	}

	@Test
	void anUnknownSettingIsRefused() {
		assertThat(refusal(App.KEYS, "grpc.patterns.server.stream.idle-timeuot=4711s"))
			.contains("APPLICATION FAILED TO START", "grpc.patterns.server.stream.idle-timeuot")
			.doesNotContain("4711");
	}

	@Test
	void aPatternThatMatchesNoMethodIsRefusedWithASuggestion() {
		assertThat(refusal(App.KEYS, "grpc.patterns.server.deadline.overrides[0].methods=" + App.PING + "Pign",
				"grpc.patterns.server.deadline.overrides[0].default=1s"))
			.contains("APPLICATION FAILED TO START", "grpc.patterns.server.deadline.overrides[0].methods",
					"did you mean", App.PING + "Ping");
	}

	@Test
	void servicesWithoutASourceOfKeysAreRefusedWithTheWaysOut() {
		assertThat(refusal()).contains("APPLICATION FAILED TO START", "grpc.patterns.server.auth.jwt.issuer-uri",
				"grpc.patterns.server.auth.public-methods", "grpc.patterns.server.auth.enabled=false");
	}

	@Test
	void withoutServicesOfItsOwnAProcessStartsWithoutASourceOfKeys() {
		try (ConfigurableApplicationContext context = App.run(WebApplicationType.NONE,
				new Class<?>[] { Stack.PRESENT.configuration(), Nothing.class })) {
			int port = Stack.PRESENT.port(context);
			if (port > 0) { // the stack serves health and reflection by itself
				ManagedChannel channel = Grpc
					.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
					.build();
				assertThat(
						HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
					.isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
				channel.shutdownNow();
			}
		}
	}

	@Test
	void aProcessThatOnlyCallsOpensNoPort() {
		List<String> properties = new ArrayList<>();
		Stack.PRESENT.clientOnly().forEach((name, value) -> properties.add(name + "=" + value));
		try (Output output = new Output();
				ConfigurableApplicationContext context = App.run(WebApplicationType.NONE,
						new Class<?>[] { Stack.PRESENT.configuration(), Nothing.class },
						properties.toArray(String[]::new))) {
			assertThat(Stack.PRESENT.port(context)).isZero();
			assertThat(output.text()).contains("; client: ");
			if (Run.stock()) {
				assertThat(output.text()).containsOnlyOnce("grpc-java 1.80.0 is below 1.85.0");
			}
			else {
				assertThat(output.text()).doesNotContain("version-floor");
			}
		}
	}

	@Test
	void anOldGrpcJavaIsNamedOnceAndANewOneIsNot() {
		try (Output output = new Output(); App app = App.start(App.Ping.class)) {
			assertThat(app.port()).isPositive();
			Stream<String> warnings = output.text().lines().filter((line) -> line.contains("version-floor"));
			if (Run.stock()) {
				assertThat(Run.grpcJava()).isEqualTo("1.80.0");
				assertThat(warnings).filteredOn((line) -> line.contains("grpc-java 1.80.0 is below 1.85.0"))
					.singleElement()
					.asString()
					.contains("CVE-", "grpc-java.version",
							Run.netDevh() ? "grpc-netty-shaded's Netty 4.1.130.Final is below 4.2.17"
									: "Netty 4.2.15.Final is below 4.2.18");
			}
			else {
				assertThat(warnings).isEmpty();
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

}
