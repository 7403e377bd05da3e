/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.HandlerExecutor;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.stack.StackExecutor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the executor of handlers.
 */
@AutoConfiguration(beforeName = "io.github.grpcpatterns.internal.call.CallAutoConfiguration")
@ConditionalOnPattern(ExecutorServerProperties.PREFIX)
@EnableConfigurationProperties(ExecutorServerProperties.class)
public final class ExecutorServerAutoConfiguration {

	@Bean
	VirtualThreads grpcPatternsVirtualThreads(ExecutorServerProperties properties, Environment environment) {
		return VirtualThreads.of(properties.virtual(), environment, Runtime.version().feature());
	}

	/**
	 * Takes the place of the usual timer. It does not depend on the executor of the
	 * handlers, which may be a bean that makes calls itself.
	 */
	@Bean
	@ConditionalOnMissingBean(CallTimer.class)
	SharedCallTimer grpcPatternsCallTimer(VirtualThreads virtualThreads) {
		return (virtualThreads.executor() != null) ? new SharedCallTimer(virtualThreads.executor())
				: new SharedCallTimer();
	}

	@Bean
	ChosenExecutor grpcPatternsChosenExecutor(ExecutorServerProperties properties, VirtualThreads virtualThreads,
			ObjectProvider<StackExecutor> stack, BeanFactory beans) {
		return ChosenExecutor.of(properties, virtualThreads, stack.getIfAvailable(), beans);
	}

	@Bean
	@Nullable HandlerExecutor grpcPatternsHandlerExecutor(ChosenExecutor chosen) {
		return (chosen.executor() != null) ? new HandlerExecutor(chosen.executor()) : null;
	}

	@Bean
	ServerExecutors grpcPatternsServerExecutors(ChosenExecutor chosen) {
		return new ServerExecutors(chosen);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsExecutorServerBuilderHook")
	ServerBuilderHook grpcPatternsExecutorServerBuilderHook(ChosenExecutor chosen, ServerExecutors servers,
			CallTimer timer, ObjectProvider<Admission<?>> policies, RegisteredMethods methods, RichStatus richStatus) {
		return new ExecutorHook(chosen, servers, timer, policies, methods, richStatus);
	}

	@Bean
	ExecutorRefusals grpcPatternsExecutorServerRefusals(ChosenExecutor chosen) {
		return new ExecutorRefusals(chosen);
	}

	@Bean
	ActivePattern grpcPatternsExecutorServerPattern() {
		return ActivePattern.server("executor");
	}

}
