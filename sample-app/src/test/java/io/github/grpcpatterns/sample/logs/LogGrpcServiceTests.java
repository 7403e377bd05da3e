/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.Received;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import io.github.grpcpatterns.sample.logs.v1.LogRequest;
import io.github.grpcpatterns.sample.logs.v1.LogServiceGrpc;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.grpc.Context;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogGrpcService}, with the whole application over the network, and for
 * the {@link LogPublisher} alone.
 */
class LogGrpcServiceTests {

	private static final Logger logger = LoggerFactory.getLogger(LogGrpcServiceTests.class);

	private static SampleInstance instance;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start();
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void whatIsRememberedComesFirstAndThenWhatIsLogged() {
		logger.info("before {}", 1);
		stream(LogRequest.getDefaultInstance(), (received) -> {
			awaitMessage(received, "before 1");
			logger.atWarn().addKeyValue("answer", 42).log("after 1");
			LogEntry entry = awaitMessage(received, "after 1");
			assertThat(entry.getLevel()).isEqualTo("WARN");
			assertThat(entry.getMetadataMap()).containsEntry("logger", LogGrpcServiceTests.class.getName())
				.containsEntry("answer", "42");
			assertThat(received.messages).extracting(LogEntry::getTimestamp).isSorted();
		});
	}

	@Test
	void levelAndTimeFilter() {
		logger.warn("old");
		long since = System.currentTimeMillis() + 1;
		Awaitility.await().until(() -> System.currentTimeMillis() >= since);
		stream(LogRequest.newBuilder().setLevel("warn").setSinceTimestamp(since).build(), (received) -> {
			logger.info("too low");
			logger.error("high enough", new IllegalStateException("with its cause"));
			LogEntry entry = awaitMessage(received, "high enough");
			assertThat(entry.getMetadataOrThrow("exception")).contains("IllegalStateException: with its cause");
			assertThat(received.messages).extracting(LogEntry::getMessage).doesNotContain("old", "too low");
		});
	}

	@Test
	void callsOfOneServiceCanBeWatched() {
		stream(LogRequest.newBuilder().setServiceName("user.v1.UserService").build(), (received) -> {
			UserServiceGrpc.newBlockingStub(instance.anonymous())
				.createUser(CreateUserRequest.newBuilder().setName("Ann").setEmail("ann@example.com").build());
			logger.info("about something else");
			Awaitility.await().until(() -> !received.messages.isEmpty());
			assertThat(received.messages).allSatisfy((entry) -> {
				assertThat(entry.getMetadataOrThrow("grpc.method")).isEqualTo("user.v1.UserService/CreateUser");
				assertThat(entry.getMetadataOrThrow("grpc.status")).isEqualTo("OK");
			});
		});
	}

	@Test
	void aLevelThatThereIsNotIsRefused() {
		Received<LogEntry> received = new Received<>(true);
		LogServiceGrpc.newStub(instance.channel("alice"))
			.streamLogs(LogRequest.newBuilder().setLevel("LOUD").build(), received);
		assertThat(GrpcErrors.from(received.failure.join()).reason()).isEqualTo("INVALID_REQUEST");
	}

	@Test
	void aReaderThatIsTooSlowIsToldWhatItMissed() {
		LogMemory memory = new LogMemory(10);
		IntStream.range(0, 5).forEach((i) -> memory.add(entry(i)));
		SlowReader reader = new SlowReader();
		new LogPublisher(memory, (entry) -> true, Runnable::run).subscribe(reader);
		reader.read(3);
		assertThat(reader.seen).containsExactly("0", "1", "2");
		IntStream.range(5, 33).forEach((i) -> memory.add(entry(i)));
		reader.read(3);
		assertThat(reader.seen).endsWith("20 entries came faster than they were read and are missing here", "23", "24");
		reader.read(100);
		assertThat(reader.seen).endsWith("31", "32");
		memory.add(entry(33));
		assertThat(reader.seen).endsWith("32", "33");
		reader.subscription.cancel();
		memory.add(entry(34));
		assertThat(reader.seen).endsWith("33");
	}

	private static LogEntry entry(int number) {
		return LogEntry.newBuilder().setMessage(String.valueOf(number)).build();
	}

	private static void stream(LogRequest request, Consumer<Received<LogEntry>> test) {
		Received<LogEntry> received = new Received<>(true);
		Context.CancellableContext context = Context.current().withCancellation();
		context.run(() -> LogServiceGrpc.newStub(instance.channel("alice")).streamLogs(request, received));
		try {
			test.accept(received);
		}
		finally {
			context.cancel(null);
		}
	}

	private static LogEntry awaitMessage(Received<LogEntry> received, String message) {
		return Awaitility.await()
			.until(() -> received.messages.stream().filter((entry) -> entry.getMessage().equals(message)).findFirst(),
					Optional::isPresent)
			.orElseThrow();
	}

	private static final class SlowReader implements Flow.Subscriber<LogEntry> {

		private final List<String> seen = new ArrayList<>();

		private Flow.Subscription subscription;

		void read(int count) {
			this.subscription.request(count);
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
		}

		@Override
		public void onNext(LogEntry entry) {
			this.seen.add(entry.getMessage());
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onComplete() {
		}

	}

}
