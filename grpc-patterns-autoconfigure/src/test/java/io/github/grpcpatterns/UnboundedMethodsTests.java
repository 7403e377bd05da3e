/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.auth.AuthClientAutoConfiguration;
import io.github.grpcpatterns.correlation.CorrelationAutoConfiguration;
import io.github.grpcpatterns.deadline.DeadlineClientAutoConfiguration;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.CalledMethods;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.logging.LoggingClientAutoConfiguration;
import io.github.grpcpatterns.metrics.MetricsClientAutoConfiguration;
import io.github.grpcpatterns.retry.RetryClientAutoConfiguration;
import io.github.grpcpatterns.testing.EndedChannel;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is kept for each method stays bounded on a client that makes up methods at run
 * time, as a generic gateway does.
 */
class UnboundedMethodsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, CorrelationAutoConfiguration.class,
				LoggingClientAutoConfiguration.class, MetricsClientAutoConfiguration.class,
				DeadlineClientAutoConfiguration.class, RetryClientAutoConfiguration.class,
				AuthClientAutoConfiguration.class))
		.withPropertyValues("grpc.patterns.client.logging.exclude=*")
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	private void afterManyMethods(Consumer<ApplicationContext> then) {
		this.runner.run((context) -> {
			Channel channel = ClientInterceptors.interceptForward(new EndedChannel("nowhere", Status.UNIMPLEMENTED),
					interceptors(context));
			Methods.many().forEach((method) -> call(channel, method));
			Stream
				.of(PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingStreamMethod(),
						PingServiceGrpc.getPingBidiMethod(), PingServiceGrpc.getPingIdempotentMethod())
				.forEach((method) -> call(channel, method));
			then.accept(context);
		});
	}

	private static List<ClientInterceptor> interceptors(ApplicationContext context) {
		return context.getBeansOfType(ClientInterceptor.class)
			.values()
			.stream()
			.sorted(Comparator.comparingInt((interceptor) -> ((Ordered) interceptor).getOrder()))
			.toList();
	}

	private static <ReqT, RespT> void call(Channel channel, MethodDescriptor<ReqT, RespT> method) {
		channel.newCall(method, CallOptions.DEFAULT).start(new ClientCall.Listener<>() {
		}, new Metadata());
	}

	@Test
	void theMetersOfFurtherMethodsAreThoseOfOneOther() {
		afterManyMethods((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			Set<String> names = meters.getMeters()
				.stream()
				.map(Meter::getId)
				.map((id) -> id.getTag("rpc.method"))
				.filter(Objects::nonNull)
				.collect(Collectors.toSet());
			assertThat(names).hasSize(OtherMethod.MAX + 1)
				.contains("invented.v1.Service/Method0", "other")
				.doesNotContain("invented.v1.Service/Method10000");
			assertThat(meters.get("rpc.client.call.duration").tag("rpc.method", "other").timer().count()).isEqualTo(2);
			assertThat(meters.get("grpc.patterns.client.attempts").tag("rpc.method", "other").counter().count())
				.isEqualTo(5);
			assertThat(meters.get("grpc.patterns.client.stream.duration").tag("rpc.method", "other").timer().count())
				.isEqualTo(3);
			assertThat(meters.get("grpc.patterns.client.stream.active").tag("rpc.method", "other").gauge().value())
				.isZero();
		});
	}

	@Test
	void theRegistryOfRetriesHasOneOther() {
		afterManyMethods((context) -> assertThat(context.getBean(RetryRegistry.class).getAllRetries())
			.hasSize(OtherMethod.MAX + 1)
			.extracting(Retry::getName)
			.contains("invented.v1.Service/Method0", "other"));
	}

	@Test
	void theEndpointListsOneOther() {
		afterManyMethods(
				(context) -> assertThat(context.getBean(CalledMethods.class).all()).hasSize(OtherMethod.MAX + 1)
					.extracting(MethodDescriptor::getFullMethodName)
					.contains("invented.v1.Service/Method0", "other"));
	}

}
