/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for the alert rules in {@code docs}, with Prometheus' own tool for them.
 */
class AlertsTests {

	private static final Path RULES = Path.of("..", "docs", "prometheus-alerts.yml").toAbsolutePath().normalize();

	private static final Path TESTS = Path.of("src", "test", "resources", "prometheus-alerts-tests.yml");

	private static final String ENDED = "grpc_patterns_server_stream_ended_total{";

	@TempDir
	private Path directory;

	@Test
	void eachAlertFiresWhenItShould() throws Exception {
		passes(TESTS);
	}

	@Test
	void eachAlertHasATest() throws IOException {
		assertThat(names("alertname=\"(\\w+)\"", TESTS)).isEqualTo(names("alert: (\\w+)", RULES)).isNotEmpty();
	}

	private static TreeSet<String> names(String pattern, Path file) throws IOException {
		TreeSet<String> names = new TreeSet<>();
		Pattern.compile(pattern)
			.matcher(Files.readString(file))
			.results()
			.map((match) -> match.group(1))
			.forEach(names::add);
		return names;
	}

	/**
	 * What a server shows to Prometheus before and after its first slow client and its
	 * first idle stream.
	 */
	@Test
	void alertsAboutStreamsFireAtTheFirstEvent() throws Exception {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		Map<String, String> before = new TreeMap<>();
		Map<String, String> after = new TreeMap<>();
		TestStack.SPRING_GRPC.run(TestStack.SPRING_GRPC.runner()
			.withBean(PrometheusMeterRegistry.class, () -> registry)
			.withPropertyValues(
					"grpc.patterns.server.stream.overrides[0].methods=grpcpatterns.testing.v1.PingService/PingBidi",
					"grpc.patterns.server.stream.overrides[0].idle-timeout=200ms",
					"grpc.patterns.server.stream.max-pending-bytes=10KB"),
				(context, channel) -> {
					before.putAll(ended(registry));
					endStreams(context, channel);
					Awaitility.await()
						.until(() -> ended(registry).values()
							.stream()
							.filter((value) -> value.equals("1.0"))
							.count() == 2);
					after.putAll(ended(registry));
				});
		StringBuilder test = new StringBuilder("rule_files:\n  - " + RULES
				+ "\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
		after.forEach((series, value) -> test.append("      - series: '" + series + "'\n        values: "
				+ before.getOrDefault(series, "_") + "x5 " + value + "x10\n"));
		test.append("    promql_expr_test:\n      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})\n");
		test.append("        eval_time: 6m\n        exp_samples:\n");
		for (String alert : List.of("GrpcSlowConsumers", "GrpcStreamLimitsReached")) {
			test.append("          - labels: '{alertname=\"" + alert + "\"}'\n            value: 1\n");
		}
		passes(Files.writeString(this.directory.resolve("tests.yml"), test));
	}

	private static void endStreams(ApplicationContext context, ManagedChannel channel) {
		context.getBean(PingService.class).onPingList((request, responses) -> {
			responses.setOnCancelHandler(() -> {
			});
			for (int i = 0; i < 100 && !responses.isCancelled(); i++) {
				responses.onNext(PingResponse.newBuilder().setPayload(request.getPayload()).build());
			}
		});
		RawCall unread = RawCall.startUnread(channel, PingServiceGrpc.getPingListMethod())
			.send(PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[50_000])).build())
			.halfClose();
		assertThat(RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
			.await()
			.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		unread.request(100);
		assertThat(unread.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
	}

	private static Map<String, String> ended(PrometheusMeterRegistry registry) {
		Map<String, String> samples = new TreeMap<>();
		registry.scrape().lines().filter((line) -> line.startsWith(ENDED)).forEach((line) -> {
			int end = line.lastIndexOf(' ');
			samples.put(line.substring(0, end), line.substring(end + 1));
		});
		return samples;
	}

	private static void passes(Path tests) throws Exception {
		assumeThat(available()).as("promtool, of Debian's package prometheus").isTrue();
		Process process = new ProcessBuilder("promtool", "test", "rules", tests.toString()).redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor()).as(output).isZero();
	}

	private static boolean available() throws InterruptedException {
		try {
			return new ProcessBuilder("promtool", "--version").redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
