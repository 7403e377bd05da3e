/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.TestStack;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the health of net.devh's server.
 */
class HealthServerTests {

	private static final String PREFIX = "grpc.patterns.server.health.";

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private final PolicyClock clock = new PolicyClock();

	private volatile Supplier<Status> database = () -> Status.UP;

	private volatile Supplier<Status> cache = () -> Status.UP;

	private ApplicationContextRunner runner(TestStack stack, String... properties) {
		return stack.runner()
			.withPropertyValues(properties)
			.withBean(PolicyClock.class, () -> this.clock)
			.withBean("databaseHealthIndicator", HealthIndicator.class,
					() -> () -> Health.status(this.database.get()).build())
			.withBean("cacheHealthIndicator", HealthIndicator.class,
					() -> () -> Health.status(this.cache.get()).build());
	}

	private void run(BiConsumer<ApplicationContext, Channel> test, String... properties) {
		TestStack.NET_DEVH.run(runner(TestStack.NET_DEVH, properties), test::accept);
	}

	private static ServingStatus check(Channel channel) {
		return HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus();
	}

	private static void awaitHealth(Channel channel, ServingStatus expected) {
		Awaitility.await().until(() -> check(channel) == expected);
	}

	private static Status await(CountDownLatch latch) {
		try {
			latch.await();
			return Status.UP;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void theWorstOfTheNamedContributorsDecides() {
		run((context, channel) -> {
			assertThat(check(channel)).isEqualTo(ServingStatus.SERVING);
			this.cache = () -> Status.OUT_OF_SERVICE;
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.NOT_SERVING);
			this.cache = () -> Status.UP;
			this.database = () -> Status.UNKNOWN;
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.SERVING);
			this.database = () -> Status.DOWN;
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.NOT_SERVING);
		}, PREFIX + "indicators=database,cache");
	}

	@Test
	void othersThanTheNamedContributorsDecideNothing() {
		this.cache = () -> Status.DOWN;
		run((context, channel) -> assertThat(check(channel)).isEqualTo(ServingStatus.SERVING),
				PREFIX + "indicators=database");
	}

	@Test
	void healthIsTrueBeforeTheServerListens() {
		this.database = () -> Status.DOWN;
		run((context, channel) -> assertThat(check(channel)).isEqualTo(ServingStatus.NOT_SERVING),
				PREFIX + "indicators=database");
	}

	@Test
	void aGroupDecidesAsAWhole() {
		this.cache = () -> Status.DOWN;
		run((context, channel) -> {
			assertThat(check(channel)).isEqualTo(ServingStatus.NOT_SERVING);
			this.cache = () -> Status.UP;
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.SERVING);
		}, PREFIX + "indicators=stores", "management.endpoint.health.group.stores.include=database,cache");
	}

	@Test
	void whatElseSetsTheHealthIsOverruled() {
		this.database = () -> Status.DOWN;
		run((context, channel) -> {
			context.getBean(HealthStatusManager.class).setStatus("", ServingStatus.SERVING);
			assertThat(check(channel)).isEqualTo(ServingStatus.SERVING);
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.NOT_SERVING);
		}, PREFIX + "indicators=database");
	}

	@Test
	void aContributorThatThrowsIsDown() {
		this.database = () -> {
			throw new IllegalStateException("thrown by the test");
		};
		run((context, channel) -> assertThat(check(channel)).isEqualTo(ServingStatus.NOT_SERVING),
				PREFIX + "indicators=database");
	}

	@Test
	void aContributorThatDoesNotAnswerIsDownUntilItDoes() {
		run((context, channel) -> {
			CountDownLatch answer = new CountDownLatch(1);
			this.database = () -> await(answer);
			this.clock.advance(INTERVAL);
			assertThat(check(channel)).isEqualTo(ServingStatus.SERVING);
			this.clock.advance(INTERVAL);
			awaitHealth(channel, ServingStatus.NOT_SERVING);
			answer.countDown();
			awaitHealth(channel, ServingStatus.SERVING);
		}, PREFIX + "indicators=database");
	}

	@Test
	void aContributorThatDoesNotAnswerHoldsTheStartForOneInterval() {
		CountDownLatch answer = new CountDownLatch(1);
		this.database = () -> await(answer);
		run((context, channel) -> {
			assertThat(check(channel)).isEqualTo(ServingStatus.NOT_SERVING);
			answer.countDown();
			awaitHealth(channel, ServingStatus.SERVING);
		}, PREFIX + "indicators=database", PREFIX + "interval=100ms");
	}

	@Test
	void anApplicationThatIsStartedAgainAsksAgain() {
		run((context, channel) -> {
			ConfigurableApplicationContext application = ((AssertableApplicationContext) context)
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			application.stop();
			this.database = () -> Status.DOWN;
			application.start();
			List<Server> servers = TestStack.servers(context);
			ManagedChannel fresh = NettyChannelBuilder
				.forAddress("127.0.0.1", servers.get(servers.size() - 1).getPort())
				.usePlaintext()
				.build();
			assertThat(check(fresh)).isEqualTo(ServingStatus.NOT_SERVING);
			fresh.shutdownNow();
		}, PREFIX + "indicators=database");
	}

	@Test
	void whenANameIsUnknownThenTheStartFails() {
		runner(TestStack.NET_DEVH, PREFIX + "indicators=database,chache")
			.run((context) -> assertThat(context).getFailure().isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo(PREFIX + "indicators[1]");
				assertThat(ex.value()).isEqualTo("chache");
				assertThat(ex.reason()).startsWith("Is neither a health contributor nor a group of them. There are: ")
					.contains("cache, ", "database, ");
			}));
	}

	@Test
	void whenThereIsNoHealthEndpointThenTheStartFails() {
		assertNeeds("Needs Spring Boot's health endpoint, which does not exist.",
				"management.endpoints.web.exposure.exclude=health");
	}

	@Test
	void whenThereIsNoHealthServiceThenTheStartFails() {
		assertNeeds("Needs the health service of the gRPC server, which does not exist.",
				"grpc.server.health-service-enabled=false");
	}

	private void assertNeeds(String reason, String property) {
		runner(TestStack.NET_DEVH, PREFIX + "indicators=database", property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(SettingException.class, (ex) -> {
					assertThat(ex.setting()).isEqualTo(PREFIX + "indicators");
					assertThat(ex.reason()).isEqualTo(reason);
				}));
	}

	@Test
	void onSpringBootsOwnServerTheStartFailsAndNamesItsSettings() {
		runner(TestStack.SPRING_GRPC, PREFIX + "indicators=database").run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo(PREFIX + "indicators");
				assertThat(ex.action()).contains("'spring.grpc.server.health.include-overall-health'",
						"'spring.grpc.server.health.service.<name>.include'");
			}));
	}

	@Test
	void whenNothingIsNamedOrThePatternIsOffThenNobodyIsAsked() {
		this.database = () -> Status.DOWN;
		for (String property : List.of(PREFIX + "interval=1s", PREFIX + "enabled=false")) {
			String indicators = property.contains("enabled") ? PREFIX + "indicators=database" : property;
			run((context, channel) -> {
				assertThat(context.getBeanProvider(HealthIndicators.class).getIfAvailable()).isNull();
				assertThat(context.getBeanProvider(ActivePattern.class).stream())
					.doesNotContain(ActivePattern.server("health"));
				assertThat(check(channel)).isEqualTo(ServingStatus.SERVING);
			}, property, indicators);
		}
	}

	@Test
	void theLineAtTheStartNamesThePattern() {
		run((context, channel) -> assertThat(context.getBeanProvider(ActivePattern.class).stream())
			.contains(ActivePattern.server("health")), PREFIX + "indicators=database");
	}

}
