/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import io.github.grpcpatterns.retry.FakeChannel.FakeCall;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RetryCall}, step by step.
 */
class RetryCallTests {

	private static final PingResponse RESPONSE = PingResponse.getDefaultInstance();

	private final PolicyClock timer = new PolicyClock();

	private final FakeChannel channel = new FakeChannel();

	/** The executor of the call, whose tasks run when the test says so. */
	private final Queue<Runnable> executor = new ArrayDeque<>();

	private final List<String> heard = new ArrayList<>();

	private RetryClientInterceptor retry;

	private ClientCall<PingRequest, PingResponse> start(String... settings) {
		ClientCall<PingRequest, PingResponse> call = make(settings);
		call.start(new Heard(), new Metadata());
		return call;
	}

	private ClientCall<PingRequest, PingResponse> make(String... settings) {
		this.retry = Retries.interceptor(this.timer, settings);
		return make(this.channel);
	}

	private ClientCall<PingRequest, PingResponse> make(FakeChannel channel) {
		return this.retry.interceptCall(PingServiceGrpc.getPingBidiMethod(),
				CallOptions.DEFAULT.withExecutor((task) -> {
					synchronized (this.executor) {
						this.executor.add(task);
					}
				}), channel);
	}

	private static PingRequest message(String value) {
		return PingRequest.newBuilder().setValue(value).build();
	}

	/**
	 * Let the wait pass, and the next attempt start.
	 */
	private FakeCall pass() {
		this.timer.advance(this.timer.scheduled().get(0));
		run();
		return this.channel.last();
	}

	/**
	 * Run what the executor of the call gets next.
	 */
	private void run() {
		await().until(() -> {
			synchronized (this.executor) {
				return !this.executor.isEmpty();
			}
		});
		Runnable task;
		synchronized (this.executor) {
			task = this.executor.remove();
		}
		task.run();
	}

	@Test
	void whenAttemptFailsThenNextOneIsDoneTheSameTo() {
		ClientCall<PingRequest, PingResponse> call = start();
		call.request(1);
		call.setMessageCompression(true);
		call.sendMessage(message("a"));
		call.request(2);
		call.setMessageCompression(false);
		call.sendMessage(message("b"));
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		call.sendMessage(message("c"));
		call.request(3);
		call.halfClose();
		FakeCall second = pass();
		assertThat(second.done).containsExactly("request 6", "compress true", "send value: \"a\"", "compress false",
				"send value: \"b\"", "send value: \"c\"", "half-close");
		second.answer(Status.Code.OK);
		assertThat(this.heard).containsExactly("close OK");
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenHeadersArriveThenNothingIsKept() {
		ClientCall<PingRequest, PingResponse> call = start();
		call.sendMessage(message("a"));
		assertThat(this.retry.buffered()).isPositive();
		this.channel.last().listener.onHeaders(new Metadata());
		assertThat(this.retry.buffered()).isZero();
		call.sendMessage(message("b"));
		assertThat(this.retry.buffered()).isZero();
		this.channel.last().listener.onMessage(RESPONSE);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(this.channel.last().done).containsExactly("send value: \"a\"", "send value: \"b\"");
		assertThat(this.heard).containsExactly("headers", "message", "close UNAVAILABLE");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenOldAttemptCallsBackThenNobodyHearsIt() {
		start("overrides[0].methods=*", "overrides[0].idempotent=true", "attempt-timeout=5s");
		FakeCall first = this.channel.last();
		first.leave();
		this.timer.advance(Duration.ofSeconds(5));
		first.listener.onHeaders(new Metadata());
		first.listener.onMessage(RESPONSE);
		first.listener.onReady();
		await().until(() -> first.done.contains("cancel attempt-timeout"));
		first.close(Status.Code.OK);
		first.close(Status.Code.INTERNAL);
		FakeCall second = pass();
		first.listener.onReady();
		second.listener.onHeaders(new Metadata());
		first.listener.onMessage(RESPONSE);
		first.close(Status.Code.INTERNAL);
		second.answer(Status.Code.OK);
		assertThat(this.heard).containsExactly("headers", "close OK");
		assertThat(this.channel.calls).hasSize(2);
	}

	@Test
	void whenHeadersAreFasterThanTheTimeoutThenAttemptStays() {
		start("attempt-timeout=5s");
		this.channel.last().listener.onHeaders(new Metadata());
		this.timer.advance(Duration.ofSeconds(6));
		assertThat(this.channel.last().done).isEmpty();
		this.channel.last().answer(Status.Code.OK);
		assertThat(this.heard).containsExactly("headers", "close OK");
	}

	@Test
	void whenBufferIsFullThenAttemptTimeoutStillHolds() {
		ClientCall<PingRequest, PingResponse> call = start("attempt-timeout=5s", "buffer-limit=80B",
				"overrides[0].methods=*", "overrides[0].idempotent=true");
		call.sendMessage(message("longer than sixteen bytes"));
		this.timer.advance(Duration.ofSeconds(5));
		await().until(() -> this.channel.last().done.contains("cancel attempt-timeout"));
		this.channel.last().close(Status.Code.CANCELLED);
		assertThat(this.heard).containsExactly("close DEADLINE_EXCEEDED");
	}

	@Test
	void whenBufferOverflowsDuringAWaitThenNextAttemptHasEverythingAndIsTheLast() {
		ClientCall<PingRequest, PingResponse> call = start("buffer-limit=80B");
		call.sendMessage(message("a"));
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		call.sendMessage(message("b"));
		call.sendMessage(message("c"));
		assertThat(this.retry.buffered()).isEqualTo(3 * (64 + 3));
		FakeCall second = pass();
		assertThat(second.done).containsExactly("send value: \"a\"", "send value: \"b\"", "send value: \"c\"");
		assertThat(this.retry.buffered()).isZero();
		second.answer(Status.Code.UNAVAILABLE);
		assertThat(this.heard).containsExactly("close UNAVAILABLE");
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenAnAttemptIsLateThenWhatIsSentGoesToTheNext() {
		ClientCall<PingRequest, PingResponse> call = start("attempt-timeout=5s", "overrides[0].methods=*",
				"overrides[0].idempotent=true");
		FakeCall first = this.channel.last();
		call.sendMessage(message("a"));
		this.timer.advance(Duration.ofSeconds(5));
		await().until(() -> first.done.contains("cancel attempt-timeout"));
		call.sendMessage(message("b")); // the attempt has not been closed yet
		call.request(1);
		call.halfClose();
		first.close(Status.Code.CANCELLED);
		FakeCall second = pass();
		assertThat(second.done).containsExactly("request 1", "send value: \"a\"", "send value: \"b\"", "half-close");
		second.answer(Status.Code.OK);
		assertThat(this.heard).containsExactly("close OK");
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenThereIsNoAttemptThenCallIsNotReady() {
		ClientCall<PingRequest, PingResponse> call = make();
		assertThat(call.isReady()).isFalse();
		call.start(new Heard(), new Metadata());
		assertThat(call.isReady()).isFalse();
		this.channel.last().ready = true;
		assertThat(call.isReady()).isTrue();
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(call.isReady()).isFalse();
		FakeCall second = pass();
		assertThat(call.isReady()).isFalse();
		second.ready = true;
		second.listener.onReady();
		assertThat(this.heard).containsExactly("ready");
		assertThat(call.isReady()).isTrue();
		call.halfClose();
		assertThat(call.isReady()).isFalse();
	}

	@Test
	void whenCallerCancelsDuringAWaitThenItHearsOfItOnItsExecutor() {
		ClientCall<PingRequest, PingResponse> call = start();
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		call.cancel("enough", null);
		call.cancel("again", null);
		assertThat(this.heard).isEmpty();
		run();
		assertThat(this.heard).containsExactly("close CANCELLED");
		assertThat(this.timer.scheduled()).isEmpty();
		assertThat(this.channel.calls).hasSize(1);
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenCallerCancelsAfterTheWaitThenNextAttemptIsNotMade() {
		ClientCall<PingRequest, PingResponse> call = start();
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		this.timer.advance(Duration.ofMillis(500));
		await().until(() -> {
			synchronized (this.executor) {
				return !this.executor.isEmpty();
			}
		});
		call.cancel("enough", null);
		run();
		run();
		assertThat(this.heard).containsExactly("close CANCELLED");
		assertThat(this.channel.calls).hasSize(1);
	}

	@Test
	void whenCallerCancelsDuringAnAttemptThenThatIsCancelled() {
		ClientCall<PingRequest, PingResponse> call = start();
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		FakeCall second = pass();
		call.cancel("enough", null);
		assertThat(second.done).containsExactly("cancel enough");
		second.answer(Status.Code.UNAVAILABLE); // it was quicker
		assertThat(this.heard).containsExactly("close UNAVAILABLE");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenCallerCancelsALateAttemptThenCallIsCancelled() {
		ClientCall<PingRequest, PingResponse> call = start("attempt-timeout=5s", "overrides[0].methods=*",
				"overrides[0].idempotent=true");
		this.timer.advance(Duration.ofSeconds(5));
		await().until(() -> this.channel.last().done.contains("cancel attempt-timeout"));
		call.cancel("enough", null);
		this.channel.last().close(Status.Code.CANCELLED);
		assertThat(this.heard).containsExactly("close CANCELLED");
		assertThat(this.channel.calls).hasSize(1);
	}

	@Test
	void whenContextIsCancelledDuringALateAttemptThenCallIsCancelled() {
		try (Context.CancellableContext context = Context.current().withCancellation()) {
			context.run(() -> start("attempt-timeout=5s"));
			this.timer.advance(Duration.ofSeconds(5));
			await().until(() -> this.channel.last().done.contains("cancel attempt-timeout"));
			context.cancel(null);
		}
		this.channel.last().close(Status.Code.CANCELLED);
		assertThat(this.heard).containsExactly("close CANCELLED");
	}

	@Test
	void whenContextIsCancelledDuringAWaitThenItHearsOfItOnItsExecutor() {
		try (Context.CancellableContext context = Context.current().withCancellation()) {
			context.run(this::start);
			this.channel.last().answer(Status.Code.UNAVAILABLE);
			context.cancel(null);
		}
		assertThat(this.heard).isEmpty();
		run();
		assertThat(this.heard).containsExactly("close CANCELLED");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenContextIsCancelledWhenAnAttemptFailsThenNothingIsRetried() {
		try (Context.CancellableContext context = Context.current().withCancellation()) {
			context.run(this::start);
			context.cancel(null);
		}
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(this.heard).containsExactly("close UNAVAILABLE");
	}

	@Test
	void whenAttemptIsMadeLaterThenItHasTheContextOfTheCall() {
		Context.Key<String> key = Context.key("test");
		Context.current().withValue(key, "mine").run(this::start);
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		assertThat(key.get(pass().context)).isEqualTo("mine");
	}

	@Test
	void whenCallIsNeverStartedThenNothingIsLeft() {
		ClientCall<PingRequest, PingResponse> cancelled = make("attempt-timeout=5s");
		cancelled.cancel("before", null);
		make("attempt-timeout=5s");
		assertThat(this.channel.calls).isEmpty();
		assertThat(this.timer.scheduled()).isEmpty();
		assertThat(this.executor).isEmpty();
		assertThat(this.heard).isEmpty();
	}

	@Test
	void whenManyCallsAreNeverStartedThenOtherTargetsStillHaveBudgetsOfTheirOwn() {
		this.retry = Retries.interceptor(this.timer, "budget.max-tokens=4");
		for (int i = 0; i < 1000; i++) {
			make(new FakeChannel("never-" + i));
		}
		this.retry.budget("failing").failed();
		this.retry.budget("failing").failed();
		FakeChannel other = new FakeChannel("other");
		make(other).start(new Heard(), new Metadata());
		other.last().answer(Status.Code.UNAVAILABLE);
		assertThat(this.timer.scheduled()).hasSize(1);
	}

	@Test
	void whenFirstAttemptCannotStartThenCallerGetsTheException() {
		ClientCall<PingRequest, PingResponse> call = make("attempt-timeout=5s");
		this.channel.failure = Status.INTERNAL.asRuntimeException();
		assertThatThrownBy(() -> call.start(new Heard(), new Metadata())).isSameAs(this.channel.failure);
		call.cancel("failed", null);
		assertThat(this.heard).isEmpty();
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenLaterAttemptCannotStartThenCallEndsWithTheException() {
		start("attempt-timeout=5s");
		this.channel.last().answer(Status.Code.UNAVAILABLE);
		this.channel.failure = Status.PERMISSION_DENIED.asRuntimeException();
		pass();
		run();
		assertThat(this.heard).containsExactly("close PERMISSION_DENIED");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenChannelRetriesByItselfThenItIsUnknownWhetherAHandlerRan() {
		start();
		FakeCall first = this.channel.last();
		first.leave(); // and is lost
		first.callOptions.getStreamTracerFactories()
			.get(0)
			.newClientStreamTracer(ClientStreamTracer.StreamInfo.newBuilder()
				.setCallOptions(first.callOptions)
				.setPreviousAttempts(1)
				.build(), new Metadata());
		first.close(Status.Code.UNAVAILABLE); // refused
		assertThat(this.heard).containsExactly("close UNAVAILABLE");
	}

	@Test
	void whenTransportRepeatsTransparentlyThenServerHasNotSeenTheFirst() {
		start();
		FakeCall first = this.channel.last();
		first.leave();
		first.callOptions.getStreamTracerFactories()
			.get(0)
			.newClientStreamTracer(ClientStreamTracer.StreamInfo.newBuilder()
				.setCallOptions(first.callOptions)
				.setIsTransparentRetry(true)
				.build(), new Metadata());
		first.close(Status.Code.UNAVAILABLE);
		assertThat(this.heard).isEmpty();
		assertThat(this.timer.scheduled()).hasSize(1);
	}

	@Test
	void whenCallerBreaksTheRulesThenItIsToldAtOnce() {
		ClientCall<PingRequest, PingResponse> call = make();
		assertThatIllegalStateException().isThrownBy(() -> call.sendMessage(message("a")));
		assertThatIllegalStateException().isThrownBy(() -> call.request(1));
		call.start(new Heard(), new Metadata());
		assertThatIllegalStateException().isThrownBy(() -> call.start(new Heard(), new Metadata()));
		call.halfClose();
		assertThatIllegalStateException().isThrownBy(call::halfClose);
		assertThatIllegalStateException().isThrownBy(() -> call.sendMessage(message("a")));
		call.cancel("enough", null);
		assertThatIllegalStateException().isThrownBy(call::halfClose);
		ClientCall<PingRequest, PingResponse> other = make();
		other.cancel("before", null);
		assertThatIllegalStateException().isThrownBy(() -> other.start(new Heard(), new Metadata()));
	}

	private final class Heard extends ClientCall.Listener<PingResponse> {

		@Override
		public void onHeaders(Metadata headers) {
			RetryCallTests.this.heard.add("headers");
		}

		@Override
		public void onMessage(PingResponse message) {
			RetryCallTests.this.heard.add("message");
		}

		@Override
		public void onReady() {
			RetryCallTests.this.heard.add("ready");
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			RetryCallTests.this.heard.add("close " + status.getCode());
		}

	}

}
