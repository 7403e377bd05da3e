/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.concurrent.Executor;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.HandlerExecutor;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.StackExecutor;
import io.github.grpcpatterns.testing.PolicyClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ExecutorServerAutoConfiguration}.
 */
class ExecutorServerAutoConfigurationTests {

	private static final String PREFIX = "grpc.patterns.server.executor.";

	private static final Executor TWO = Runnable::run;

	private static final Executor PROVIDED = Runnable::run;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, ExecutorServerAutoConfiguration.class));

	private static void assertHandlersRunOn(AssertableApplicationContext context, Executor executor, String name) {
		assertThat(context.getBeanProvider(HandlerExecutor.class).getIfAvailable())
			.isEqualTo((executor != null) ? new HandlerExecutor(executor) : null);
		assertThat(context.getBean(ChosenExecutor.class).name()).isEqualTo(name);
	}

	@Test
	void whenNothingIsSetThenTheStackDecides() {
		this.runner.run((context) -> {
			assertHandlersRunOn(context, null, "the stack's own");
			assertThat(context).hasSingleBean(CallTimer.class);
			assertThat(context.getBeansOfType(ActivePattern.class).values()).contains(ActivePattern.server("executor"));
		});
	}

	/**
	 * Spring Boot's own would step back.
	 */
	@Test
	void noBeanOfOursIsAnExecutor() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(Executor.class));
	}

	@Test
	void whenABeanIsNamedThenHandlersRunThere() {
		this.runner.withBean("two", Executor.class, () -> TWO)
			.withPropertyValues(PREFIX + "bean=two")
			.run((context) -> assertHandlersRunOn(context, TWO, "bean 'two'"));
	}

	@Test
	void whenTheBeanIsMissingThenTheStartFails() {
		this.runner.withPropertyValues(PREFIX + "bean=two")
			.run((context) -> assertRefused(context, "There is no bean of this name."));
	}

	@Test
	void whenTheBeanIsNoExecutorThenTheStartFails() {
		this.runner.withBean("two", String.class, () -> "2")
			.withPropertyValues(PREFIX + "bean=two")
			.run((context) -> assertRefused(context, "Is a bean, but not a java.util.concurrent.Executor."));
	}

	private static void assertRefused(AssertableApplicationContext context, String reason) {
		assertThat(context).getFailure().rootCause().isInstanceOfSatisfying(SettingException.class, (ex) -> {
			assertThat(ex.setting()).isEqualTo(PREFIX + "bean");
			assertThat(ex.value()).isEqualTo("two");
			assertThat(ex.reason()).isEqualTo(reason);
		});
	}

	@Test
	void whatTheApplicationGivesTheStackWins() {
		this.runner.withBean("two", Executor.class, () -> TWO)
			.withBean(StackExecutor.class, () -> () -> PROVIDED)
			.withPropertyValues(PREFIX + "bean=two")
			.run((context) -> assertHandlersRunOn(context, PROVIDED, "the application's"));
	}

	@Test
	void whenTheApplicationGivesTheStackNoneThenTheSettingCounts() {
		this.runner.withBean("two", Executor.class, () -> TWO)
			.withBean(StackExecutor.class, () -> () -> null)
			.withPropertyValues(PREFIX + "bean=two")
			.run((context) -> assertHandlersRunOn(context, TWO, "bean 'two'"));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whenThereAreNoVirtualThreadsThenTheyCannotBeDemanded() {
		this.runner.withPropertyValues(PREFIX + "virtual=on")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(SettingException.class,
						(ex) -> assertThat(ex.setting()).isEqualTo(PREFIX + "virtual")));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreOnThenHandlersAndOurTasksRunThere() {
		this.runner.withPropertyValues(PREFIX + "virtual=on").run((context) -> {
			Executor virtual = context.getBean(VirtualThreads.class).executor();
			assertHandlersRunOn(context, virtual, "virtual threads");
			assertThat(context.getBean(CallTimer.class).executor()).isSameAs(virtual);
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenABeanIsNamedThenBootsVirtualThreadsAreForOurTasksOnly() {
		this.runner.withBean("two", Executor.class, () -> TWO)
			.withPropertyValues(PREFIX + "bean=two", "spring.threads.virtual.enabled=true")
			.run((context) -> {
				assertHandlersRunOn(context, TWO, "bean 'two'");
				assertThat(context.getBean(CallTimer.class).executor())
					.isSameAs(context.getBean(VirtualThreads.class).executor());
			});
	}

	@Test
	void whenTheUserHasATimerThenOursStaysAway() {
		this.runner.withBean(CallTimer.class, PolicyClock::new)
			.run((context) -> assertThat(context).getBean(CallTimer.class).isInstanceOf(PolicyClock.class));
	}

	@Test
	void whenSwitchedOffThenNothingIsThere() {
		this.runner.withBean("two", Executor.class, () -> TWO)
			.withPropertyValues(PREFIX + "bean=two", PREFIX + "enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(CallTimer.class)
				.doesNotHaveBean(HandlerExecutor.class)
				.doesNotHaveBean(ChosenExecutor.class)
				.doesNotHaveBean(ActivePattern.class));
	}

}
