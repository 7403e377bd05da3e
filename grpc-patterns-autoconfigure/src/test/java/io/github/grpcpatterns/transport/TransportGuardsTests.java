/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.GrpcStack;
import io.github.grpcpatterns.stack.StackServer;
import io.github.grpcpatterns.testing.TestStack;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.ServerBuilderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link TransportGuards}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransportGuardsTests {

	private static final String PREFIX = "grpc.patterns.server.transport.";

	private static final String WITHOUT_TLS = "without TLS";

	private static final String REFLECTION = "serves reflection";

	@ParameterizedTest
	@EnumSource
	void onLoopbackThereIsNothingToSay(TestStack stack, CapturedOutput output) {
		starts(stack.runner()
			.withPropertyValues(PREFIX + "plaintext=deny", PREFIX + "reflection-beyond-loopback=deny",
					PREFIX + "version-floor=fail"));
		assertThat(output).doesNotContain(WITHOUT_TLS, REFLECTION, "CVE");
	}

	@ParameterizedTest
	@EnumSource
	void beyondLoopbackThereIsOneWarningOfEachKind(TestStack stack, CapturedOutput output) {
		starts(everywhere(stack));
		assertThat(output).containsOnlyOnce(WITHOUT_TLS)
			.containsOnlyOnce(REFLECTION)
			.contains("'" + PREFIX + "plaintext=allow'", "'" + PREFIX + "reflection-beyond-loopback=allow'")
			.contains((stack == TestStack.NET_DEVH) ? "'grpc.server.security.enabled'"
					: "'spring.grpc.server.ssl.bundle'");
	}

	@ParameterizedTest
	@EnumSource
	void whatIsAllowedIsNotMentioned(TestStack stack, CapturedOutput output) {
		starts(everywhere(stack).withPropertyValues(PREFIX + "plaintext=allow",
				PREFIX + "reflection-beyond-loopback=allow"));
		assertThat(output).doesNotContain(WITHOUT_TLS, REFLECTION);
	}

	@ParameterizedTest
	@EnumSource
	void deniedPlaintextFailsTheStart(TestStack stack) {
		fails(everywhere(stack).withPropertyValues(PREFIX + "plaintext=deny"), "plaintext", WITHOUT_TLS,
				(stack == TestStack.NET_DEVH) ? "grpc.server.address" : "spring.grpc.server.address");
	}

	@ParameterizedTest
	@EnumSource
	void deniedReflectionFailsTheStart(TestStack stack) {
		fails(everywhere(stack).withPropertyValues(PREFIX + "reflection-beyond-loopback=deny"),
				"reflection-beyond-loopback", REFLECTION,
				(stack == TestStack.NET_DEVH) ? "grpc.server.reflection-service-enabled=false"
						: "spring.grpc.server.reflection.enabled=false");
	}

	@ParameterizedTest
	@EnumSource
	void withoutReflectionThereIsNothingToDeny(TestStack stack) {
		starts(everywhere(stack).withPropertyValues(PREFIX + "reflection-beyond-loopback=deny",
				"grpc.server.reflection-service-enabled=false", "spring.grpc.server.reflection.enabled=false"));
	}

	@ParameterizedTest
	@EnumSource
	void reflectionOnTheBuilderIsDeniedToo(TestStack stack) {
		fails(everywhere(stack)
			.withPropertyValues(PREFIX + "reflection-beyond-loopback=deny",
					"grpc.server.reflection-service-enabled=false", "spring.grpc.server.reflection.enabled=false")
			.withUserConfiguration(ReflectionOnTheBuilder.class), "reflection-beyond-loopback", REFLECTION);
	}

	@ParameterizedTest
	@EnumSource
	void withTlsThereIsNothingToDeny(TestStack stack, @TempDir Path directory) throws Exception {
		String store = keyStore(directory).toUri().toString();
		starts(everywhere(stack).withPropertyValues(PREFIX + "plaintext=deny", "grpc.server.security.enabled=true",
				"grpc.server.security.key-store=" + store, "grpc.server.security.key-store-password=secret",
				"spring.grpc.server.ssl.bundle=test", "spring.ssl.bundle.jks.test.keystore.location=" + store,
				"spring.ssl.bundle.jks.test.keystore.password=secret"));
	}

	@ParameterizedTest
	@EnumSource
	void aServerWithinTheProcessOnlyIsNotLookedAt(TestStack stack, CapturedOutput output) {
		ApplicationContextRunner runner = stack.runner()
			.withPropertyValues("grpc.server.address=*", "grpc.server.port=-1", "grpc.server.in-process-name=guards",
					"spring.grpc.server.inprocess.name=guards", PREFIX + "plaintext=deny");
		starts((stack == TestStack.SPRING_GRPC) ? runner.withClassLoader(new FilteredClassLoader("io.grpc.netty"))
				: runner);
		assertThat(output).doesNotContain(WITHOUT_TLS, REFLECTION);
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.1.2.3", "::1", "localhost", "unix:/run/grpc.sock" })
	void loopbackIsLoopbackByEveryName(String address) {
		denying(address).customize(NettyServerBuilder.forPort(0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "*", "0.0.0.0", "::", "192.0.2.1" })
	void allElseIsBeyondLoopback(String address) {
		assertThatThrownBy(() -> denying(address).customize(NettyServerBuilder.forPort(0)))
			.isInstanceOf(SettingException.class);
	}

	private static TransportGuards denying(String address) {
		TransportProperties properties = new Binder(
				new MapConfigurationPropertySource(Map.of("transport.plaintext", "deny")))
			.bind("transport", TransportProperties.class)
			.get();
		StackServer server = new StackServer(address, "address", false, "tls", "reflection", Set.of());
		VersionCheck versions = new VersionCheck(properties.versionFloor(),
				new StaticListableBeanFactory().getBeanProvider(GrpcStack.class), null);
		return new TransportGuards(properties, versions, List.of(server), TestCalls.registeredMethods());
	}

	private static ApplicationContextRunner everywhere(TestStack stack) {
		return stack.runner().withPropertyValues("grpc.server.address=*", "spring.grpc.server.address=0.0.0.0");
	}

	private static void starts(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasNotFailed());
	}

	private static void fails(ApplicationContextRunner runner, String setting, String... reasons) {
		runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo(PREFIX + setting);
				assertThat(ex.reason() + " " + ex.action()).contains(reasons);
			}));
	}

	private static Path keyStore(Path directory) throws IOException, InterruptedException {
		Path store = directory.resolve("store.p12");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-alias", "test", "-dname", "CN=localhost", "-storetype", "PKCS12",
				"-keystore", store.toString(), "-storepass", "secret")
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor()).as(output).isZero();
		return store;
	}

	@Configuration(proxyBeanMethods = false)
	static class ReflectionOnTheBuilder {

		@Bean
		GrpcServerConfigurer netDevhConfigurer() {
			return (builder) -> builder.addService(ProtoReflectionServiceV1.newInstance());
		}

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> springGrpcCustomizer() {
			return (builder) -> builder.addService(ProtoReflectionServiceV1.newInstance());
		}

	}

}
