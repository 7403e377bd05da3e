/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.List;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.AdminService;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.util.MutableHandlerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Services that the stack does not bind: on the builder, and in a fallback registry that
 * is filled after the start.
 */
class ChainTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.startWeb(Elsewhere.class, "management.endpoints.web.exposure.include=grpcpatterns",
				"grpc.patterns.server.deadline.overrides[0].methods=grpc.channelz.v1.Channelz/*",
				"grpc.patterns.server.deadline.overrides[0].max=7s");
		app.bean(MutableHandlerRegistry.class).addService(AdminService.of(new PingService()));
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static RawCall call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

	@Test
	void aServiceOfTheBuilderWantsATokenAndIsListed() {
		GetServersRequest request = GetServersRequest.getDefaultInstance();
		Throwable refused = catchThrowable(() -> ChannelzGrpc.newBlockingStub(app.channel()).getServers(request));
		assertThat(GrpcErrors.from(refused).reason()).isEqualTo("TOKEN_MISSING");
		assertThat(ChannelzGrpc.newBlockingStub(app.as("alice")).getServers(request).getServerCount()).isPositive();
		assertThat(JsonPath.<List<String>>read(Http.get(app.context(), "/actuator/grpcpatterns").body(),
				"$.methods[?(@.method == 'grpc.channelz.v1.Channelz/GetServers')].settings['deadline.max'].value"))
			.containsExactly("7s");
	}

	@Test
	void aServiceOfAFallbackRegistryWantsATokenAndIsLoggedAndCountedOnce() {
		for (MethodDescriptor<PingRequest, PingResponse> method : List.of(AdminService.PING, AdminService.LIST,
				AdminService.STREAM, AdminService.BIDI)) {
			String meter = (method == AdminService.PING) ? "rpc.server.call.duration"
					: "grpc.patterns.server.stream.duration";
			try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
				RawCall refused = call(app.channel(), method);
				assertThat(GrpcErrors.from(refused.await().asRuntimeException(refused.trailers())).reason())
					.isEqualTo("TOKEN_MISSING");
				assertThat(call(app.as("alice"), method).await().isOk()).isTrue();
				Awaitility.await()
					.untilAsserted(() -> assertThat(List.of("UNAUTHENTICATED", "OK")).allSatisfy((status) -> {
						assertThat(log.events()).map(ILoggingEvent::getFormattedMessage)
							.filteredOn((line) -> line.startsWith(method.getFullMethodName() + " " + status + " in "))
							.hasSize(1);
						assertThat(app.bean(MeterRegistry.class)
							.get(meter)
							.tag("rpc.method", method.getFullMethodName())
							.tag("rpc.response.status_code", status)
							.timer()
							.count()).isEqualTo(1);
					}));
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(App.Ping.class)
	static class Elsewhere {

		@Bean
		MutableHandlerRegistry registry() {
			return new MutableHandlerRegistry();
		}

		@Bean
		UserCustomizer customizer(MutableHandlerRegistry registry) {
			return (builder) -> builder.addService(ChannelzService.newInstance(100)).fallbackHandlerRegistry(registry);
		}

	}

}
