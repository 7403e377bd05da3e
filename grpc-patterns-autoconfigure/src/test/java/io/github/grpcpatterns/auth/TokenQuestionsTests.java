/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.TestingAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenQuestions}.
 */
class TokenQuestionsTests {

	private static final Duration LIMIT = Duration.ofSeconds(5);

	private static final TokenCache.Digest TOKEN = TokenCache.Digest.of("token");

	private static final AcceptedToken ALICE = AcceptedToken.of(new TestingAuthenticationToken("alice", null, "a"));

	private final PolicyClock clock = new PolicyClock();

	private final List<CallRecord> overdue = new CopyOnWriteArrayList<>();

	private final TokenQuestions questions = new TokenQuestions(this.clock, LIMIT, this.overdue::add);

	private final AtomicInteger asked = new AtomicInteger();

	private final CountDownLatch answer = new CountDownLatch(1);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.answer.countDown();
		this.threads.shutdownNow();
	}

	private static CallRecord call() {
		return TestCalls.record(PingServiceGrpc.getPingMethod(), null);
	}

	private Future<TokenResult> ask(TokenCache.Digest token, Supplier<TokenResult> verify) {
		return this.threads.submit(() -> this.questions.ask(token, call(), verify));
	}

	/**
	 * Whatever interrupts it.
	 */
	private TokenResult stubborn() {
		this.asked.incrementAndGet();
		while (true) {
			try {
				this.answer.await();
				return ALICE;
			}
			catch (InterruptedException ex) {
				continue;
			}
		}
	}

	private void awaitAsked(int count) {
		Awaitility.await().until(() -> this.asked.get() == count);
	}

	private static TokenResult never() {
		throw new AssertionError("asked");
	}

	private static TokenResult get(Future<TokenResult> result) throws Exception {
		return result.get(10, TimeUnit.SECONDS);
	}

	@Test
	void callsWithTheSameTokenShareOneQuestion() throws Exception {
		List<Future<TokenResult>> results = new ArrayList<>();
		results.add(ask(TOKEN, this::stubborn));
		awaitAsked(1);
		for (int i = 0; i < 20; i++) {
			results.add(ask(TOKEN, TokenQuestionsTests::never));
		}
		assertThat(get(ask(TokenCache.Digest.of("other"), () -> ALICE))).as("of another token").isSameAs(ALICE);
		this.answer.countDown();
		for (Future<TokenResult> result : results) {
			assertThat(get(result)).isSameAs(ALICE);
		}
		assertThat(this.questions.open()).isZero();
		assertThat(this.overdue).isEmpty();
	}

	@Test
	void refusalIsSharedByThoseWhoWaitAndNotRemembered() throws Exception {
		Future<TokenResult> first = ask(TOKEN, () -> {
			stubborn();
			throw new BadCredentialsException("no");
		});
		awaitAsked(1);
		Future<TokenResult> second = ask(TOKEN, TokenQuestionsTests::never);
		Awaitility.await().until(() -> this.questions.waiting() == 1);
		this.answer.countDown();
		assertThat(get(first)).isSameAs(Refusal.INVALID);
		assertThat(get(second)).isSameAs(Refusal.INVALID);
		assertThat(get(ask(TOKEN, () -> ALICE))).isSameAs(ALICE);
	}

	@Test
	void errorOfTheVerifierIsShared() throws Exception {
		Error error = new StackOverflowError();
		Future<TokenResult> first = ask(TOKEN, () -> {
			stubborn();
			throw error;
		});
		awaitAsked(1);
		Future<TokenResult> second = ask(TOKEN, TokenQuestionsTests::never);
		Awaitility.await().until(() -> this.questions.waiting() == 1);
		this.answer.countDown();
		assertThat(((Refusal) get(first)).fault()).isSameAs(error);
		assertThat(((Refusal) get(second)).fault()).isSameAs(error);
		assertThat(this.questions.open()).isZero();
	}

	@Test
	void questionBeyondItsLimitRefusesAllWhoCarryItsTokenUntilItIsAnswered() throws Exception {
		Future<TokenResult> first = ask(TOKEN, this::stubborn);
		awaitAsked(1);
		Future<TokenResult> second = ask(TOKEN, TokenQuestionsTests::never);
		Awaitility.await().until(() -> this.questions.waiting() == 1);
		this.clock.advance(LIMIT);
		assertThat(get(second)).isSameAs(Refusal.UNAVAILABLE);
		Awaitility.await().until(() -> this.overdue.size() == 1);
		assertThat(first).isNotDone();
		for (int i = 0; i < 5; i++) {
			assertThat(get(ask(TOKEN, TokenQuestionsTests::never))).as("at once").isSameAs(Refusal.UNAVAILABLE);
		}
		assertThat(this.questions.open()).isEqualTo(1);
		this.answer.countDown();
		assertThat(get(first)).isSameAs(Refusal.OVERDUE);
		assertThat(this.questions.open()).isZero();
		assertThat(get(ask(TOKEN, () -> ALICE))).isSameAs(ALICE);
		assertThat(this.overdue).hasSize(1);
	}

	@Test
	void whoWaitsDoesNotNeedTheTimer() throws Exception {
		CallTimer closed = TestCalls.sharedTimer();
		((AutoCloseable) closed).close();
		TokenQuestions questions = new TokenQuestions(closed, Duration.ofMillis(100), this.overdue::add);
		this.threads.submit(() -> questions.ask(TOKEN, call(), this::stubborn));
		awaitAsked(1);
		assertThat(questions.ask(TOKEN, call(), TokenQuestionsTests::never)).isSameAs(Refusal.UNAVAILABLE);
	}

	@Test
	void whoWaitsCanBeInterrupted() throws Exception {
		ask(TOKEN, this::stubborn);
		awaitAsked(1);
		Thread.currentThread().interrupt();
		assertThat(this.questions.ask(TOKEN, call(), TokenQuestionsTests::never)).isSameAs(Refusal.UNAVAILABLE);
		assertThat(Thread.interrupted()).as("still").isTrue();
	}

	@Test
	void threadThatAsksIsInterruptedAtTheLimitAndNotLeftInterrupted() {
		CallRecord call = call();
		TokenResult result = this.questions.ask(TOKEN, call, () -> {
			this.clock.advance(LIMIT);
			while (!Thread.currentThread().isInterrupted()) {
				Thread.onSpinWait();
			}
			return ALICE;
		});
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(result).isSameAs(Refusal.OVERDUE);
		assertThat(this.overdue).containsExactly(call);
	}

	@Test
	void limitIsForgottenOnceAnswered() {
		assertThat(this.questions.ask(TOKEN, call(), () -> {
			assertThat(this.clock.scheduled()).containsExactly(LIMIT);
			return ALICE;
		})).isSameAs(ALICE);
		assertThat(this.clock.scheduled()).isEmpty();
	}

	@Test
	void zeroMeansNoLimit() {
		TokenQuestions unlimited = new TokenQuestions(this.clock, Duration.ZERO, this.overdue::add);
		assertThat(unlimited.ask(TOKEN, call(), () -> {
			assertThat(this.clock.scheduled()).isEmpty();
			return ALICE;
		})).isSameAs(ALICE);
	}

	/**
	 * Whether the second call comes before, while or after the first one is answered.
	 */
	@Test
	void tokenIsAskedAboutOnceHoweverItsCallsMeet() throws Exception {
		int calls = 3;
		TokenCheck check = new TokenCheck(TokenVerification.of((token) -> {
			this.asked.incrementAndGet();
			return new TestingAuthenticationToken(token, null, "a");
		}), this.questions, new TokenCache(100, Duration.ofMinutes(5), this.clock, this.clock));
		CyclicBarrier start = new CyclicBarrier(calls);
		for (int i = 0; i < 5000; i++) {
			byte[] header = Tokens.header("token" + i);
			List<Future<TokenResult>> results = new ArrayList<>();
			for (int j = 0; j < calls; j++) {
				results.add(this.threads.submit(() -> {
					start.await();
					return check.check(header, call(), Effort.WAIT);
				}));
			}
			TokenResult first = get(results.get(0));
			assertThat(first).isInstanceOf(AcceptedToken.class);
			for (Future<TokenResult> result : results) {
				assertThat(get(result)).isSameAs(first);
			}
			assertThat(this.asked).hasValue(i + 1);
		}
		assertThat(this.questions.open()).isZero();
	}

	/**
	 * Whether the answer or the limit comes first.
	 */
	@Test
	void callThatAsksIsEndedOnceAtTheLimitOrServed() throws Exception {
		CyclicBarrier start = new CyclicBarrier(3);
		int ended = 0;
		int served = 0;
		for (int i = 0; i < 3000; i++) {
			Future<TokenResult> asks = this.threads.submit(() -> {
				TokenResult result = this.questions.ask(TOKEN, call(), () -> {
					this.asked.incrementAndGet();
					return await(start);
				});
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				return result;
			});
			awaitQuestion();
			Future<TokenResult> waits = this.threads.submit(() -> {
				start.await();
				return this.questions.ask(TOKEN, call(), () -> ALICE);
			});
			start.await();
			this.clock.advance(LIMIT);
			for (TokenResult result : List.of(get(asks), get(waits))) {
				assertThat(result).isIn(ALICE, Refusal.UNAVAILABLE, Refusal.OVERDUE);
				served += (result == ALICE) ? 1 : 0;
				ended += (result == Refusal.OVERDUE) ? 1 : 0;
			}
			while (this.overdue.size() < ended) {
				Thread.onSpinWait();
			}
			assertThat(this.overdue).hasSize(ended);
			assertThat(this.questions.open()).isZero();
		}
		assertThat(ended).isPositive();
		assertThat(served).isPositive();
	}

	private void awaitQuestion() {
		while (this.clock.scheduled().isEmpty()) {
			Thread.onSpinWait();
		}
	}

	private static TokenResult await(CyclicBarrier start) {
		try {
			start.await();
		}
		catch (Exception ex) {
			Thread.currentThread().interrupt();
		}
		for (int i = 0; i < 200; i++) {
			Thread.onSpinWait();
		}
		return ALICE;
	}

}
