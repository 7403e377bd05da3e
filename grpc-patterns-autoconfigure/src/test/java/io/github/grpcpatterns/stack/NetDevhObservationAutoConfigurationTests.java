/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.BootsObservationRegistry;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationRegistryCustomizer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link NetDevhObservationAutoConfiguration}.
 */
class NetDevhObservationAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(NetDevhObservationAutoConfiguration.class))
		.withUserConfiguration(Stack.class);

	private final ApplicationContextRunner boots = this.runner.withUserConfiguration(BootsObservationRegistry.class,
			Meters.class);

	@Test
	void metersAloneAreNotWorthAnObservation() {
		this.boots.run(this::observesNothing);
	}

	@Test
	void aTracerListens() {
		this.boots
			.withBean(DefaultTracingObservationHandler.class, () -> new DefaultTracingObservationHandler(Tracer.NOOP))
			.run(this::observesBothSides);
	}

	@Test
	void aHandlerOfTheApplicationListens() {
		this.boots.withBean(Handler.class).run(this::observesBothSides);
	}

	@Test
	void aRegistryOfTheApplicationMayHaveAListener() {
		this.runner.withBean("observations", ObservationRegistry.class, ObservationRegistry::create)
			.run(this::observesBothSides);
	}

	@Test
	void aCustomizerOfTheApplicationMayAddAListener() {
		this.boots.withUserConfiguration(Customizer.class).run(this::observesBothSides);
	}

	@Test
	void anInterceptorOfTheApplicationIsNotDoubled() {
		this.boots.withBean(Handler.class)
			.withBean("own", ObservationGrpcServerInterceptor.class,
					() -> new ObservationGrpcServerInterceptor(ObservationRegistry.create()))
			.run((context) -> assertThat(context).getBeanNames(ObservationGrpcServerInterceptor.class)
				.containsExactly("own"));
	}

	@Test
	void theSettingOfTheStackPreventsIt() {
		this.boots.withBean(Handler.class)
			.withPropertyValues("management.tracing.grpc.enabled=false")
			.run(this::observesNothing);
	}

	private void observesBothSides(AssertableApplicationContext context) {
		assertThat(context).hasSingleBean(ObservationGrpcServerInterceptor.class)
			.hasSingleBean(ObservationGrpcClientInterceptor.class);
	}

	private void observesNothing(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed()
			.doesNotHaveBean(ObservationGrpcServerInterceptor.class)
			.doesNotHaveBean(ObservationGrpcClientInterceptor.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Stack {

		@Bean
		GrpcServiceDiscoverer discoverer() {
			return mock(GrpcServiceDiscoverer.class);
		}

		@Bean
		GrpcChannelFactory channels() {
			return mock(GrpcChannelFactory.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Meters {

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		DefaultMeterObservationHandler meterHandler(MeterRegistry meters) {
			return new DefaultMeterObservationHandler(meters);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizer {

		@Bean
		ObservationRegistryCustomizer<ObservationRegistry> customizer() {
			return (registry) -> registry.observationConfig().observationHandler(new Handler());
		}

	}

	static class Handler implements ObservationHandler<Observation.Context> {

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
