/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.test.v1.HelloGrpc;
import io.github.grpcpatterns.test.v1.HelloRequest;
import io.github.grpcpatterns.test.v1.HelloResponse;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link FaultyServer}.
 */
class FaultyServerTests {

	private static final HelloRequest WORLD = HelloRequest.newBuilder().setName("world").setCount(5).build();

	private final FaultyServer server = FaultyServer.start(new HelloService());

	/** It makes each attempt visible. */
	private final ManagedChannel channel = Grpc
		.newChannelBuilder(this.server.target(), InsecureChannelCredentials.create())
		.disableRetry()
		.build();

	private ManagedChannel retrying;

	@AfterEach
	void close() {
		this.channel.shutdownNow();
		this.server.close();
	}

	private HelloGrpc.HelloBlockingStub stub() {
		return HelloGrpc.newBlockingStub(this.channel);
	}

	private StatusRuntimeException failure() {
		return catchThrowableOfType(StatusRuntimeException.class, () -> stub().say(WORLD));
	}

	private ManagedChannel channelWithRetries(String target) {
		Map<String, ?> retries = Map.of("maxAttempts", 4.0, "initialBackoff", "0.01s", "maxBackoff", "0.1s",
				"backoffMultiplier", 2.0, "retryableStatusCodes", List.of("UNAVAILABLE"));
		this.retrying = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
			.defaultServiceConfig(
					Map.of("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", retries))))
			.build();
		return this.retrying;
	}

	@Test
	void aClientWithRetriesComesThrough() {
		try (FaultyServer server = FaultyServer.start(new HelloService())) {
			server.refuse(Status.UNAVAILABLE, 2).pushback(Duration.ofMillis(50));
			assertThat(HelloGrpc.newBlockingStub(channelWithRetries(server.target())).say(WORLD)).isNotNull();
			assertThat(server.calls()).isEqualTo(3);
		}
		this.retrying.shutdownNow();
	}

	@Test
	void servesAsLongAsNothingIsWrong() {
		assertThat(HelloGrpc.newBlockingStub(this.server.channel()).say(WORLD).getGreeting()).isEqualTo("Hello, world");
		assertThat(this.server.channel()).isSameAs(this.server.channel());
		assertThat(this.server.calls()).isEqualTo(1);
	}

	@Test
	void refusesSoManyCalls() {
		this.server.refuse(Status.UNAVAILABLE.withDescription("busy"), 2);
		assertThat(failure().getStatus().getDescription()).isEqualTo("busy");
		assertThat(failure().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(stub().say(WORLD)).isNotNull();
		assertThat(this.server.calls()).isEqualTo(3);
	}

	@Test
	void refusesUntilItIsHealed() {
		this.server.refuse(Status.RESOURCE_EXHAUSTED);
		assertThat(failure()).isNotNull();
		assertThat(failure()).isNotNull();
		this.server.heal();
		assertThat(stub().say(WORLD)).isNotNull();
	}

	@Test
	void tellsWhenToComeAgain() {
		Metadata.Key<String> key = Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
		this.server.refuse(Status.UNAVAILABLE).pushback(Duration.ofMillis(50));
		assertThat(failure().getTrailers().get(key)).isEqualTo("50");
		this.server.pushback(Duration.ofMillis(-1));
		assertThat(failure().getTrailers().get(key)).isEqualTo("-1");
	}

	@Test
	void refusalWithOkIsRejected() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.server.refuse(Status.OK));
	}

	@Test
	void cutsWithinAStreamAfterExactlySoManyMessages() {
		for (int messages = 1; messages < 5; messages++) {
			this.server.cutAfter(messages);
			List<HelloResponse> received = new ArrayList<>();
			Iterator<HelloResponse> stream = stub().withWaitForReady().count(WORLD);
			StatusRuntimeException cut = catchThrowableOfType(StatusRuntimeException.class,
					() -> stream.forEachRemaining(received::add));
			assertThat(cut.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(received).hasSize(messages);
		}
	}

	@Test
	void cutsBeforeTheAnswer() {
		this.server.cutAfter(0);
		assertThat(failure().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.server.calls()).isEqualTo(1);
		this.server.heal();
		assertThat(stub().withWaitForReady().say(WORLD)).isNotNull();
	}

	@Test
	void sendsNewCallsToAnotherConnectionAfterGoaway() {
		assertThat(stub().say(WORLD)).isNotNull();
		this.server.goAway();
		assertThat(stub().withWaitForReady().say(WORLD)).isNotNull();
		assertThat(this.channel.getState(false)).isNotEqualTo(ConnectivityState.TRANSIENT_FAILURE);
		assertThat(this.server.calls()).isEqualTo(2);
	}

	@Test
	void answersLate() {
		assertThat(stub().say(WORLD)).isNotNull();
		this.server.answerAfter(Duration.ofMillis(300));
		long start = System.nanoTime();
		assertThat(stub().say(WORLD)).isNotNull();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
	}

}
