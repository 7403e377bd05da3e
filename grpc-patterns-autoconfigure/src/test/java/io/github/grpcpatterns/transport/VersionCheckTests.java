/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.Map;

import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.GrpcStack;
import io.github.grpcpatterns.stack.StackAutoConfiguration;
import io.github.grpcpatterns.transport.TransportProperties.OldVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link VersionCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class VersionCheckTests {

	private static final String OLD = "grpc-java 1.80.0 is below 1.85.0";

	private static VersionCheck check(OldVersion reaction, Side side) {
		StaticListableBeanFactory stacks = new StaticListableBeanFactory(
				Map.of("stack", new GrpcStack(side, "Spring gRPC", "1.1.2")));
		return new VersionCheck(reaction, stacks.getBeanProvider(GrpcStack.class), NettyTransport.SHADED, "1.80.0");
	}

	@Test
	void anOldVersionOfAProcessThatOnlyCallsIsNamedOnce(CapturedOutput output) {
		VersionCheck check = check(OldVersion.WARN, Side.CLIENT);
		check.afterSingletonsInstantiated();
		assertThat(output).containsOnlyOnce(OLD)
			.contains("'grpc.patterns.server.transport.version-floor=off' silences this");
		check.check(NettyTransport.SHADED); // of a server in the same process
		assertThat(output).containsOnlyOnce(OLD);
	}

	@Test
	void itFailsTheStartOfSuchAProcessIfAskedTo() {
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(check(OldVersion.FAIL, Side.CLIENT)::afterSingletonsInstantiated)
			.satisfies((ex) -> {
				assertThat(ex.setting()).isEqualTo("grpc.patterns.server.transport.version-floor");
				assertThat(ex.reason()).contains(OLD);
			});
	}

	@Test
	void itIsNotMentionedIfThatIsOff(CapturedOutput output) {
		check(OldVersion.OFF, Side.CLIENT).afterSingletonsInstantiated();
		assertThat(output).doesNotContain("is below");
	}

	@Test
	void aServerIsJudgedWhenItIsBuilt(CapturedOutput output) {
		VersionCheck check = check(OldVersion.WARN, Side.SERVER);
		check.afterSingletonsInstantiated();
		assertThat(output).doesNotContain("is below");
		check.check(NettyTransport.UNSHADED);
		assertThat(output).containsOnlyOnce(OLD);
	}

	@ParameterizedTest
	@CsvSource({ "nothing, SHADED", "io.grpc.netty.shaded, UNSHADED", "io.grpc.netty, " })
	void channelsUseTheTransportThatTheStacksChoose(String missing, NettyTransport chosen) {
		assertThat(NettyTransport.present(new FilteredClassLoader(missing))).isEqualTo(chosen);
	}

	@Test
	void aProcessThatOnlyCallsIsChecked() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class,
				TransportAutoConfiguration.class, StackAutoConfiguration.class,
				net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration.class))
			.run((context) -> {
				assertThat(context).hasSingleBean(VersionCheck.class);
				assertThat(context.getBeanProvider(GrpcStack.class)).extracting(GrpcStack::side)
					.containsExactly(Side.CLIENT);
			});
	}

}
