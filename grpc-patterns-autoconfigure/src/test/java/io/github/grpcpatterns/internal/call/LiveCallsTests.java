/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LiveCalls}.
 */
class LiveCallsTests {

	@Test
	void holdsACallWhileItLives() {
		try (GrpcHarness harness = GrpcHarness.netty().start()) {
			LiveCalls calls = harness.liveCalls();
			RawCall first = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			RawCall second = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			first.send(PingRequest.getDefaultInstance()).awaitFirst();
			second.send(PingRequest.getDefaultInstance()).awaitFirst();
			harness.blocking().ping(PingRequest.getDefaultInstance());
			Awaitility.await().untilAsserted(() -> assertThat(names(calls)).hasSize(2));
			assertThat(ids(calls)).hasSize(2).allSatisfy((id) -> assertThat(id).isPositive());
			first.halfClose().await();
			Awaitility.await().untilAsserted(() -> assertThat(names(calls)).hasSize(1));
			second.cancel();
			Awaitility.await().untilAsserted(() -> assertThat(names(calls)).isEmpty());
		}
	}

	@Test
	void whatLooksAtCallsMayEndThem() {
		try (GrpcHarness harness = GrpcHarness.inProcess().start()) {
			RawCall call = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			harness.liveCalls().forEach((record) -> record.guard().end(EndReason.TERMINATED));
			assertThat(call.await().getDescription()).isEqualTo(EndReason.TERMINATED.status().getDescription());
			Awaitility.await().untilAsserted(() -> assertThat(names(harness.liveCalls())).isEmpty());
		}
	}

	@Test
	void losesNoneAmongManyThreads() throws Exception {
		LiveCalls calls = new LiveCalls();
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Callable<List<TestLink>>> tasks = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				tasks.add(() -> comeAndGo(calls));
			}
			Set<CallRecord> expected = new HashSet<>();
			for (Future<List<TestLink>> left : threads.invokeAll(tasks)) {
				left.get().forEach((link) -> expected.add(link.record));
			}
			List<CallRecord> live = new ArrayList<>();
			calls.forEach(live::add);
			assertThat(live).hasSize(expected.size());
			assertThat(new HashSet<>(live)).isEqualTo(expected);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static List<TestLink> comeAndGo(LiveCalls calls) {
		List<TestLink> present = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			if (present.size() > 50 || (!present.isEmpty() && ThreadLocalRandom.current().nextBoolean())) {
				TestLink link = present.remove(ThreadLocalRandom.current().nextInt(present.size()));
				calls.remove(link);
				calls.remove(link);
			}
			else {
				TestLink link = new TestLink();
				calls.add(link);
				present.add(link);
			}
			if (i % 1000 == 0) {
				calls.forEach((record) -> {
				});
			}
		}
		return present;
	}

	private static List<String> names(LiveCalls calls) {
		List<String> names = new ArrayList<>();
		calls.forEach((record) -> names.add(record.methodName()));
		return names;
	}

	private static Set<Long> ids(LiveCalls calls) {
		Set<Long> ids = new HashSet<>();
		calls.forEach((record) -> ids.add(record.guard().id()));
		return ids;
	}

	private static final class TestLink extends LiveCalls.Link {

		private final CallRecord record = new CallRecord(0);

		TestLink() {
			this.record.begin(PingServiceGrpc.getPingMethod(), null);
		}

		@Override
		CallRecord record() {
			return this.record;
		}

	}

}
