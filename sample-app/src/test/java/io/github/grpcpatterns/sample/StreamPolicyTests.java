/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.github.grpcpatterns.test.CallRecorder;
import io.github.grpcpatterns.test.EffectivePolicies;
import io.github.grpcpatterns.test.GrpcPatternsTest;
import io.github.grpcpatterns.test.PolicyClock;
import io.github.grpcpatterns.test.WithGrpcCaller;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what ends a stream of the sample. Minutes and hours pass on the clock of the
 * test.
 */
@GrpcPatternsTest(properties = "grpc.client.gateway.address=in-process:${grpc-patterns-test.in-process-name}")
@WithGrpcCaller(name = "alice", validFor = "2h")
class StreamPolicyTests {

	private final BlockingQueue<Status.Code> ends = new LinkedBlockingQueue<>();

	@Autowired
	private Channel channel;

	@Autowired
	private PolicyClock clock;

	@Autowired
	private CallRecorder calls;

	@Autowired
	private EffectivePolicies policies;

	private StreamObserver<ChatMessage> chat() {
		return ChatServiceGrpc.newStub(this.channel).chat(new StreamObserver<>() {

			@Override
			public void onNext(ChatMessage message) {
			}

			@Override
			public void onError(Throwable ex) {
				StreamPolicyTests.this.ends.add(Status.fromThrowable(ex).getCode());
			}

			@Override
			public void onCompleted() {
				StreamPolicyTests.this.ends.add(Status.Code.OK);
			}

		});
	}

	@Test
	void aSilentChatIsEnded() throws InterruptedException {
		assertThat(this.policies.of("chat.v1.ChatService/Chat").setting("stream.idle-timeout")).isEqualTo("1h");
		chat();
		this.calls.awaitOpen(1);
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE).hasPrincipal("alice");
	}

	@Test
	@WithGrpcCaller(name = "bob", validFor = "30s")
	void aChatEndsWithTheTokenOfItsUser() throws InterruptedException {
		chat();
		this.calls.awaitOpen(1);
		this.clock.advance(Duration.ofSeconds(89));
		assertThat(this.ends).isEmpty(); // a minute more, for clocks that differ
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(this.calls).single().endedWith(EndReason.TOKEN_EXPIRED).hasPrincipal("bob");
	}

}
