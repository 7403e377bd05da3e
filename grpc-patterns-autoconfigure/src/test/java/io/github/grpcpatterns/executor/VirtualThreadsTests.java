/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.executor.ExecutorServerProperties.Virtual;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link VirtualThreads}.
 */
@ExtendWith(OutputCaptureExtension.class)
class VirtualThreadsTests {

	private static final MockEnvironment BOOT_HAS_THEM = new MockEnvironment()
		.withProperty("spring.threads.virtual.enabled", "true");

	@Test
	void theyAreOffUnlessAskedFor() {
		assertThat(VirtualThreads.of(Virtual.AUTO, new MockEnvironment(), 25).executor()).isNull();
		assertThat(VirtualThreads.of(Virtual.OFF, BOOT_HAS_THEM, 25).executor()).isNull();
	}

	@Test
	void whereTheJdkHasNoneBootsSettingMeansNothing() {
		assertThat(VirtualThreads.of(Virtual.AUTO, BOOT_HAS_THEM, 20).executor()).isNull();
	}

	@Test
	void whereTheJdkHasNoneTheyCannotBeDemanded() {
		assertThatThrownBy(() -> VirtualThreads.of(Virtual.ON, new MockEnvironment(), 20))
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("grpc.patterns.server.executor.virtual");
				assertThat(ex.value()).isEqualTo("on");
				assertThat(ex.reason()).isEqualTo("Needs Java 21 or later, and this is Java 20.");
			});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void tasksRunOnThem(CapturedOutput output) throws Exception {
		assertVirtual(VirtualThreads.of(Virtual.ON, new MockEnvironment(), 25).executor());
		assertVirtual(VirtualThreads.of(Virtual.AUTO, BOOT_HAS_THEM, 24).executor());
		assertThat(output).doesNotContain("Calls run on virtual threads");
	}

	private static void assertVirtual(Executor executor) throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		executor.execute(() -> thread.complete(Thread.currentThread()));
		Thread virtual = thread.get(10, TimeUnit.SECONDS);
		assertThat(virtual.getName()).startsWith("grpc-virtual-");
		assertThat(virtual.getClass().getSimpleName()).isEqualTo("VirtualThread");
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whereTheyArePinnedAWarningSaysSo(CapturedOutput output) {
		VirtualThreads.of(Virtual.ON, new MockEnvironment(), 23);
		assertThat(output).containsOnlyOnce("Calls run on virtual threads of Java 23");
		VirtualThreads.of(Virtual.AUTO, BOOT_HAS_THEM, 21);
		assertThat(output).containsOnlyOnce("Calls run on virtual threads of Java 21");
	}

}
