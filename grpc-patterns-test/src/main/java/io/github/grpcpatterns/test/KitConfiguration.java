/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import io.github.grpcpatterns.auth.TokenVerifier;
import io.github.grpcpatterns.endpoint.MethodPolicies;
import io.github.grpcpatterns.test.internal.Caller;
import io.github.grpcpatterns.test.internal.CallerTokenVerifier;
import io.github.grpcpatterns.test.internal.ManualTimer;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.ContextClosedEvent;

/**
 * The beans of {@link GrpcPatternsTest}.
 */
@Configuration(proxyBeanMethods = false)
class KitConfiguration {

	static final String IN_PROCESS_NAME = "grpc-patterns-test.in-process-name";

	@Bean
	ManualTimer grpcPatternsTestTimer() {
		return new ManualTimer();
	}

	@Bean
	ApplicationListener<ContextClosedEvent> grpcPatternsTestTimerRelease(ManualTimer timer) {
		return (closed) -> timer.run();
	}

	@Bean
	PolicyClock grpcPatternsTestClock(ManualTimer timer) {
		return new PolicyClock(timer);
	}

	@Bean
	Caller grpcPatternsTestCaller(ManualTimer timer) {
		return new Caller(timer);
	}

	@Bean(destroyMethod = "shutdownNow")
	@Primary
	ManagedChannel grpcPatternsTestChannel(@Value("${" + IN_PROCESS_NAME + "}") String name, Caller caller) {
		return InProcessChannelBuilder.forName(name).intercept(caller).build();
	}

	@Bean
	CallRecorder grpcPatternsTestCallRecorder() {
		return new CallRecorder();
	}

	@Bean
	RecordingServerInterceptor grpcPatternsTestRecordingServerInterceptor(CallRecorder recorder) {
		return new RecordingServerInterceptor(recorder);
	}

	@Bean
	EffectivePolicies grpcPatternsTestEffectivePolicies(MethodPolicies policies) {
		return new EffectivePolicies(policies);
	}

	/**
	 * Without Spring Security there is no auth, and nobody asks for a caller.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.core.Authentication")
	static class SecurityConfiguration {

		@Bean
		@Primary
		TokenVerifier grpcPatternsTestTokenVerifier(Caller caller, ManualTimer timer,
				ObjectProvider<TokenVerifier> verifiers) {
			return new CallerTokenVerifier(caller, timer, verifiers);
		}

	}

}
