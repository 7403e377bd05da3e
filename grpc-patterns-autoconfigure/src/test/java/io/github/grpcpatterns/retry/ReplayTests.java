/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.retry.FakeChannel.FakeCall;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Replay} and its limits.
 */
class ReplayTests {

	private static final PingRequest EMPTY = PingRequest.getDefaultInstance();

	private final PolicyClock timer = new PolicyClock();

	private final FakeChannel channel = new FakeChannel();

	/** The executor of the calls, whose tasks run when the test says so. */
	private final BlockingQueue<Runnable> executor = new LinkedBlockingQueue<>();

	private final List<Status.Code> ends = new CopyOnWriteArrayList<>();

	private RetryClientInterceptor retry;

	private void settings(String... settings) {
		this.retry = Retries.interceptor(this.timer, settings);
	}

	private ClientCall<PingRequest, PingResponse> start() {
		ClientCall<PingRequest, PingResponse> call = this.retry.interceptCall(PingServiceGrpc.getPingBidiMethod(),
				CallOptions.DEFAULT.withExecutor(this.executor::add), this.channel);
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				ReplayTests.this.ends.add(status.getCode());
			}

		}, new Metadata());
		return call;
	}

	private static void send(ClientCall<PingRequest, PingResponse> call, int emptyMessages) {
		for (int i = 0; i < emptyMessages; i++) {
			call.sendMessage(EMPTY);
		}
	}

	/**
	 * Let the wait pass, and the next attempt start.
	 */
	private FakeCall pass() throws InterruptedException {
		this.timer.advance(this.timer.scheduled().get(0));
		this.executor.poll(10, TimeUnit.SECONDS).run();
		return this.channel.last();
	}

	private void assertNotRetried() {
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(this.ends).containsExactly(Status.Code.UNAVAILABLE);
		assertThat(this.channel.calls).hasSize(1);
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenEmptyMessagesFitTheBufferThenTheyAreSentAgain() throws Exception {
		settings("buffer-limit=64KB");
		ClientCall<PingRequest, PingResponse> call = start();
		send(call, 1024);
		assertThat(this.retry.buffered()).isEqualTo(64 * 1024);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		FakeCall second = pass();
		assertThat(second.done).containsExactlyElementsOf(Collections.nCopies(1024, "send "));
		second.answer(Status.Code.OK);
		assertThat(this.ends).containsExactly(Status.Code.OK);
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenThereAreMoreEmptyMessagesThanTheBufferHoldsThenTheCallIsNotRetried() {
		settings("buffer-limit=64KB");
		send(start(), 1025);
		assertThat(this.retry.buffered()).isZero();
		assertNotRetried();
	}

	@Test
	void whenAllCallsSendMoreEmptyMessagesThanTheBuffersHoldThenTheLatestIsNotRetried() throws Exception {
		settings("buffer-limit-total=64KB");
		ClientCall<PingRequest, PingResponse> first = start();
		send(first, 1000);
		ClientCall<PingRequest, PingResponse> second = start();
		send(second, 24);
		assertThat(this.retry.buffered()).isEqualTo(64 * 1024);
		send(second, 1);
		assertThat(this.retry.buffered()).isEqualTo(64 * 1000);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(this.ends).containsExactly(Status.Code.UNAVAILABLE);
		this.channel.calls.get(0).answer(Status.Code.UNAVAILABLE);
		assertThat(pass().done).hasSize(1000);
		this.channel.last().answer(Status.Code.OK);
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenTheBufferIsZeroThenNoMessageIsSentAgain() {
		settings("buffer-limit=0");
		send(start(), 1);
		assertThat(this.retry.buffered()).isZero();
		assertNotRetried();
	}

	@Test
	void whenTheBufferIsZeroAndNothingWasSentThenTheCallIsRetriedUntilItIs() throws Exception {
		settings("buffer-limit=0");
		ClientCall<PingRequest, PingResponse> call = start();
		call.request(1);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		send(call, 1);
		FakeCall second = pass();
		assertThat(second.done).containsExactly("request 1", "send ");
		assertThat(this.retry.buffered()).isZero();
		second.answer(Status.Code.UNAVAILABLE);
		assertThat(this.ends).containsExactly(Status.Code.UNAVAILABLE);
	}

	@Test
	void whenTheBufferOfAllCallsIsZeroThenItHasNoBound() {
		settings("buffer-limit=1TB", "buffer-limit-total=0");
		send(start(), 300_000);
		assertThat(this.retry.buffered()).isEqualTo(64 * 300_000);
	}

	@Test
	void whenCompressionIsSetOverAndOverThenOnlyTheLastCounts() throws Exception {
		settings();
		ClientCall<PingRequest, PingResponse> call = start();
		for (int i = 0; i < 1000; i++) {
			call.setMessageCompression(i % 2 == 0);
		}
		send(call, 2);
		call.setMessageCompression(true);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(pass().done).containsExactly("compress false", "send ", "send ", "compress true");
	}

}
