/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Clock;
import java.util.List;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Metadata;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the records and guards of calls, which every pattern needs.
 */
@AutoConfiguration(afterName = "io.github.grpcpatterns.error.ErrorAutoConfiguration")
@ConditionalOnPattern
public final class CallAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(CallTimer.class)
	SharedCallTimer grpcPatternsCallTimer() {
		return new SharedCallTimer();
	}

	@Bean
	@ConditionalOnMissingBean
	RichStatus grpcPatternsRichStatus() {
		return new RichStatus(RichStatus.DEFAULT_DOMAIN);
	}

	@Bean
	@ConditionalOnMissingBean
	ExceptionMapping grpcPatternsExceptionMapping(RichStatus richStatus) {
		return (thrown, call) -> {
			call.exception(thrown, true);
			return richStatus.ending(EndReason.FAILED, EndReason.FAILED.status(), new Metadata(), call.correlationId());
		};
	}

	@Bean
	static RegisteredMethods grpcPatternsRegisteredMethods() {
		return new RegisteredMethods();
	}

	@Bean
	ServedMethodsChecks grpcPatternsServedMethodsChecks(RegisteredMethods methods,
			ObjectProvider<ServedMethodsCheck> checks) {
		return new ServedMethodsChecks(methods, checks);
	}

	@Bean
	LiveCalls grpcPatternsLiveCalls() {
		return new LiveCalls();
	}

	@Bean
	RecentRefusals grpcPatternsRecentRefusals() {
		return new RecentRefusals(Clock.systemUTC());
	}

	@Bean
	CallServerInterceptor grpcPatternsCallServerInterceptor(CallTimer timer, RichStatus richStatus,
			ExceptionMapping exceptionMapping, LiveCalls liveCalls, RecentRefusals refusals,
			ObjectProvider<HandlerExecutor> handlers) {
		HandlerExecutor known = handlers.getIfAvailable();
		return new CallServerInterceptor(
				new CallEnvironment(timer, (known != null) ? known.executor() : timer.executor(), richStatus,
						exceptionMapping, liveCalls, refusals));
	}

	@Bean
	HandlerServerInterceptor grpcPatternsHandlerServerInterceptor() {
		return new HandlerServerInterceptor();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsTracerServerBuilderHook")
	ServerBuilderHook grpcPatternsTracerServerBuilderHook(CallTimer timer, RegisteredMethods methods,
			ObjectProvider<UnknownMethodListener> unknownMethodListeners) {
		List<UnknownMethodListener> listeners = unknownMethodListeners.orderedStream().toList();
		return (builder) -> builder.addStreamTracerFactory(
				new CallServerTracer.Factory(timer, methods, listeners, ServletTransport.of(builder)));
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsChainServerBuilderHook")
	ServerBuilderHook grpcPatternsChainServerBuilderHook(RegisteredMethods methods,
			ObjectProvider<ChainInterceptors> chain) {
		return (builder) -> chain.ifAvailable((stack) -> {
			builder.intercept(new ChainServerInterceptor(methods, stack.interceptors()));
			TolerantMethods.addTo(builder);
		});
	}

	@Bean
	CalledMethods grpcPatternsCalledMethods() {
		return new CalledMethods();
	}

	@Bean
	CallClientInterceptor grpcPatternsCallClientInterceptor(CallTimer timer, CalledMethods calledMethods) {
		return new CallClientInterceptor(timer, calledMethods);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.micrometer.context.ContextRegistry")
	static class ContextPropagationConfiguration {

		@Bean
		ContextRegistration grpcPatternsContextRegistration() {
			return new ContextRegistration();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.kotlin.CoroutineContextServerInterceptor")
	static class CoroutineConfiguration {

		@Bean
		CoroutineServerInterceptor grpcPatternsCoroutineServerInterceptor() {
			return new CoroutineServerInterceptor();
		}

	}

}
