/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.test.CallRecorder;
import io.github.grpcpatterns.test.EffectivePolicies;
import io.github.grpcpatterns.test.GrpcPatternsTest;
import io.github.grpcpatterns.test.PolicyClock;
import io.github.grpcpatterns.test.WithGrpcCaller;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The test kit.
 */
@GrpcPatternsTest(classes = KitTests.Application.class,
		properties = { "grpc.patterns.server.stream.idle-timeout=30s",
				"grpc.patterns.server.auth.rules[0].methods=grpcpatterns.testing.v1.PingService/PingSafe",
				"grpc.patterns.server.auth.rules[0].authorities=SCOPE_safe" })
@WithGrpcCaller(name = "alice")
class KitTests {

	@Autowired
	private Channel channel;

	@Autowired
	private CallRecorder calls;

	@Autowired
	private PolicyClock clock;

	@Autowired
	private EffectivePolicies policies;

	private PingServiceGrpc.PingServiceBlockingStub stub() {
		return PingServiceGrpc.newBlockingStub(this.channel);
	}

	@Test
	void callerReachesTheServiceOverTheWholeChain() {
		assertThat(stub().ping(PingRequest.getDefaultInstance())).isNotNull();
		assertThat(this.calls).single().endedWith(Status.Code.OK, EndReason.COMPLETED).hasPrincipal("alice");
	}

	@Test
	@WithGrpcCaller(anonymous = true)
	void nobodyIsRefused() {
		assertThat(catchThrowable(() -> stub().ping(PingRequest.getDefaultInstance()))).isNotNull();
		assertThat(this.calls).single().endedWith(Status.Code.UNAUTHENTICATED, EndReason.TOKEN_MISSING);
	}

	@Test
	void anAuthorityIsMissed() {
		assertThat(this.policies.of("grpcpatterns.testing.v1.PingService/PingSafe").authorities())
			.containsExactly("SCOPE_safe");
		assertThat(catchThrowable(() -> stub().pingSafe(PingRequest.getDefaultInstance()))).isNotNull();
		assertThat(this.calls).single().endedWith(EndReason.ACCESS_DENIED).hasPrincipal("alice");
	}

	@Test
	void timePassesAtOnce() {
		RawCall call = RawCall.start(this.channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
				new Metadata());
		this.calls.awaitOpen(1);
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		@org.springframework.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

	}

}
