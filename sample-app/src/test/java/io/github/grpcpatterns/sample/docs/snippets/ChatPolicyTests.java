/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs.snippets;

import java.time.Duration;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.sample.Received;
import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.github.grpcpatterns.test.CallRecorder;
import io.github.grpcpatterns.test.EffectivePolicies;
import io.github.grpcpatterns.test.GrpcPatternsTest;
import io.github.grpcpatterns.test.PolicyClock;
import io.github.grpcpatterns.test.WithGrpcCaller;
import io.grpc.Channel;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

@TestPropertySource(properties = "grpc.client.gateway.address=in-process:${grpc-patterns-test.in-process-name}")
@GrpcPatternsTest
class ChatPolicyTests {

	private final Received<ChatMessage> messages = new Received<>(true);

	@Autowired
	private Channel channel;

	@Autowired
	private CallRecorder calls;

	@Autowired
	private PolicyClock clock;

	@Autowired
	private EffectivePolicies policies;

	@Test
	@WithGrpcCaller(name = "alice", validFor = "2h")
	void aSilentStreamIsEnded() {
		ChatServiceGrpc.newStub(this.channel).chat(this.messages);
		this.calls.awaitOpen(1);
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.calls).single().endedWith(EndReason.STREAM_IDLE);
	}

	@Test
	void chatEndsWhenItIsIdle() {
		EffectivePolicies.Policy chat = this.policies.of("chat.v1.ChatService/Chat");
		assertThat(chat.access()).isEqualTo("authenticated");
		assertThat(chat.setting("stream.idle-timeout")).isEqualTo("1h");
		assertThat(chat.decidedBy("stream.idle-timeout"))
			.isEqualTo("grpc.patterns.server.stream.overrides[6].idle-timeout");
	}

}
