/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.test.v1.HelloGrpc;
import io.github.grpcpatterns.test.v1.HelloRequest;
import io.github.grpcpatterns.test.v1.HelloResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link GrpcPatternsTest} and the beans it adds.
 */
@GrpcPatternsTest(properties = { "grpc.patterns.server.auth.jwt.issuer-uri=https://login.example.com",
		"grpc.patterns.server.auth.rules[0].methods=grpcpatterns.test.v1.Hello/Count",
		"grpc.patterns.server.auth.rules[0].authorities=SCOPE_count", "grpc.patterns.server.stream.idle-timeout=30s",
		"grpc.patterns.server.auth.jwt.clock-skew=10s",
		"grpc.patterns.server.rate-limit.overrides[0].methods=grpcpatterns.test.v1.Hello/Count",
		"grpc.patterns.server.rate-limit.overrides[0].calls-per-second=1" })
@WithGrpcCaller(name = "alice", authorities = "SCOPE_count")
class GrpcPatternsTestTests {

	private static final HelloRequest WORLD = HelloRequest.newBuilder().setName("world").setCount(3).build();

	@Autowired
	private Channel channel;

	@Autowired
	private PolicyClock clock;

	@Autowired
	private CallRecorder calls;

	@Autowired
	private EffectivePolicies policies;

	private HelloGrpc.HelloBlockingStub stub() {
		return HelloGrpc.newBlockingStub(this.channel);
	}

	private static StatusRuntimeException refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		return org.assertj.core.api.Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
	}

	@Test
	void callsCarryTheCallerOfTheClass() {
		assertThat(stub().say(WORLD).getGreeting()).isEqualTo("Hello, world");
		assertThat(this.calls).single()
			.hasMethod("grpcpatterns.test.v1.Hello/Say")
			.endedWith(Status.Code.OK, EndReason.COMPLETED)
			.hasPrincipal("alice")
			.hasReceived(1)
			.hasSent(1);
	}

	@Test
	@WithGrpcCaller(name = "bob")
	void callerOfTheMethodCountsMore() {
		assertThat(refused(() -> stub().count(WORLD).hasNext()).getStatus().getCode())
			.isEqualTo(Status.Code.PERMISSION_DENIED);
		assertThat(this.calls).single().endedWith(EndReason.ACCESS_DENIED).hasPrincipal("bob");
	}

	@Test
	@WithGrpcCaller(anonymous = true)
	void anonymousCallerSendsNoToken() {
		assertThat(refused(() -> stub().say(WORLD)).getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(this.calls).single().endedWith(EndReason.TOKEN_MISSING).hasPrincipal(null);
	}

	@Test
	void tokenOfNoCallerIsRefused() {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer mallory");
		assertThat(refused(() -> stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).say(WORLD))
			.getStatus()
			.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(this.calls).single().endedWith(EndReason.TOKEN_INVALID);
	}

	@Test
	void clockMovesTheIdleTimeOfAStream() throws InterruptedException {
		Talk talk = new Talk(this.channel);
		talk.say();
		this.clock.advance(Duration.ofSeconds(29));
		talk.say();
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(talk.end()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE).hasReceived(2).hasSent(2);
	}

	@Test
	@WithGrpcCaller(validFor = "20s")
	void clockMovesTheExpiryOfATokenAndItsStreams() throws InterruptedException {
		Talk talk = new Talk(this.channel);
		talk.say();
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(refused(() -> stub().say(WORLD)).getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(this.calls).single().endedWith(EndReason.TOKEN_EXPIRED);
		talk.say();
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(talk.end()).as("after the clock skew").isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(this.calls).ofMethod("grpcpatterns.test.v1.Hello/Talk").single().endedWith(EndReason.TOKEN_EXPIRED);
	}

	@Test
	void clockMovesAStreamThatHasOnlyArrived() throws InterruptedException {
		Talk talk = new Talk(this.channel);
		this.calls.awaitOpen(1);
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(talk.end()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE).hasReceived(0);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.calls.awaitOpen(1))
			.withMessageContaining("STREAM_IDLE");
	}

	@Test
	void clockMovesRates() {
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(stub().count(WORLD)).toIterable().hasSize(3);
		assertThat(refused(() -> stub().count(WORLD).hasNext()).getStatus().getCode())
			.isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(stub().count(WORLD)).toIterable().hasSize(3);
		assertThat(this.calls).hasSize(3).last().endedWith(EndReason.COMPLETED).hasSent(3);
	}

	@Test
	void recorderIsEmptyAtTheStartOfEachTest() {
		assertThat(this.calls).isEmpty();
	}

	@Test
	void assertionThatFailsSaysWhatEnded() {
		stub().say(WORLD);
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE))
			.withMessageContaining("STREAM_IDLE")
			.withMessageContaining("COMPLETED")
			.withMessageContaining("grpcpatterns.test.v1.Hello/Say");
	}

	@Test
	void policiesAreThoseOfTheSettings() {
		assertThat(this.policies.of("grpcpatterns.test.v1.Hello/Count").access()).isEqualTo("authorities");
		assertThat(this.policies.of("grpcpatterns.test.v1.Hello/Count").authorities()).containsExactly("SCOPE_count");
		assertThat(this.policies.of("grpcpatterns.test.v1.Hello/Talk").setting("stream.idle-timeout")).isEqualTo("30s");
		assertThat(this.policies.of("grpcpatterns.test.v1.Hello/Talk").decidedBy("stream.idle-timeout"))
			.isEqualTo("grpc.patterns.server.stream.idle-timeout");
		assertThatIllegalArgumentException().isThrownBy(() -> this.policies.of("grpcpatterns.test.v1.Hello/Sya"))
			.withMessageContaining("grpcpatterns.test.v1.Hello/Say");
	}

	@Test
	void noPortIsOpen(@Autowired org.springframework.context.ApplicationContext context) {
		assertThat(context.getBeansOfType(Server.class)).isEmpty();
		assertThat(context.getEnvironment().getProperty("grpc.server.port")).isEqualTo("-1");
	}

	/**
	 * Nested classes share the context, and inherit the caller.
	 */
	@Nested
	class Inside {

		@Test
		void callerOfTheEnclosingClassCounts() {
			stub().say(WORLD);
			assertThat(GrpcPatternsTestTests.this.calls).single().hasPrincipal("alice");
		}

	}

	/**
	 * A client of the bidi stream.
	 */
	private static final class Talk implements StreamObserver<HelloResponse> {

		private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

		private final StreamObserver<HelloRequest> requests;

		Talk(Channel channel) {
			this.requests = HelloGrpc.newStub(channel).talk(this);
		}

		void say() throws InterruptedException {
			this.requests.onNext(WORLD);
			assertThat(this.heard.poll(10, TimeUnit.SECONDS)).isInstanceOf(HelloResponse.class);
		}

		Object end() throws InterruptedException {
			return this.heard.poll(10, TimeUnit.SECONDS);
		}

		@Override
		public void onNext(HelloResponse response) {
			this.heard.add(response);
		}

		@Override
		public void onError(Throwable ex) {
			this.heard.add(Status.fromThrowable(ex).getCode());
		}

		@Override
		public void onCompleted() {
			this.heard.add(Status.Code.OK);
		}

	}

	/**
	 * As an application is that gets its key from the environment.
	 */
	@Nested
	@TestPropertySource(properties = "grpc.patterns.server.auth.jwt.secret=${A_SECRET_OF_PRODUCTION}")
	class WithoutTheKey {

		@Test
		void callsCarryTheCallerAllTheSame() {
			assertThat(stub().say(WORLD).getGreeting()).isEqualTo("Hello, world");
		}

	}

}
