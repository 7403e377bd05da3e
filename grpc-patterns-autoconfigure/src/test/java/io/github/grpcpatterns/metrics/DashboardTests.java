/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the dashboard and the alert rules in {@code docs}: what they name is what is
 * published.
 */
class DashboardTests {

	private static final Path DOCS = Path.of("..", "docs");

	private static final Pattern NAME = Pattern.compile("\\b(rpc|grpc_patterns)_[a-z_]+\\b");

	private static final Pattern MATCHER = Pattern.compile("\\b([a-z_]+)(=|!=|=~)\"([^\"]*)\"");

	private static final Pattern GROUPED = Pattern.compile("\\bby \\(([a-z_, ]+)\\)");

	/** From Prometheus, from a histogram, and from {@code management.metrics.tags}. */
	private static final Set<String> OTHER_LABELS = Set.of("job", "le", "application");

	private static final Set<String> METERS = new TreeSet<>();

	/** The labels of each of them. */
	private static final Map<String, Set<String>> LABELS = new TreeMap<>();

	/**
	 * Calls of every kind, one with an end of each sort, on both sides.
	 */
	@BeforeAll
	static void publish() {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		registry.config().meterFilter(new MeterFilter() {

			@Override
			public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
				return DistributionStatisticConfig.builder().percentilesHistogram(true).build().merge(config);
			}

		});
		TestStack stack = TestStack.SPRING_GRPC;
		stack.run(stack.runner()
			.withBean(PrometheusMeterRegistry.class, () -> registry)
			.withPropertyValues("grpc.patterns.server.metrics.message-gap=true",
					"grpc.patterns.client.metrics.message-gap=true"),
				(context, channel) -> {
					call(context, channel);
					Awaitility.await()
						.until(registry::scrape,
								(scrape) -> scrape.contains("grpc_patterns_server_stream_ended_total")
										&& scrape.contains("grpc_patterns_client_stream_ended_total")
										&& scrape.contains("grpc_patterns_server_unknown_methods_total 1.0"));
					read(registry.scrape());
				});
	}

	private static void call(ApplicationContext context, ManagedChannel channel) {
		List<ClientInterceptor> interceptors = context.getBeanProvider(ClientInterceptor.class)
			.orderedStream()
			.toList();
		Channel ours = ClientInterceptors.interceptForward(channel, interceptors);
		assertThat(PingServiceGrpc.newBlockingStub(ours).ping(PingRequest.getDefaultInstance())).isNotNull();
		RawCall bidi = RawCall.start(ours, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata());
		bidi.send(PingRequest.getDefaultInstance()).send(PingRequest.getDefaultInstance()).halfClose();
		assertThat(bidi.await().isOk()).isTrue();
		assertThat(RawCall
			.start(channel, PingServiceGrpc.getPingMethod().toBuilder().setFullMethodName("no.Such/Method").build(),
					CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose()
			.await()
			.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
		assertThat(context.getBean(PingService.class).calls).hasValue(2);
	}

	private static void read(String scrape) {
		scrape.lines().filter((line) -> !line.startsWith("#")).forEach((line) -> {
			String meter = line.replaceFirst("[{ ].*", "");
			METERS.add(meter);
			Set<String> labels = LABELS.computeIfAbsent(meter, (name) -> new TreeSet<>());
			Pattern.compile("([a-z_]+)=\"").matcher(line).results().map((match) -> match.group(1)).forEach(labels::add);
		});
	}

	@Test
	void theDashboardNamesWhatIsPublished() throws IOException {
		List<String> expressions = dashboard();
		assertThat(expressions).hasSizeGreaterThan(20).allSatisfy(DashboardTests::assertPublished);
	}

	@Test
	void theAlertsNameWhatIsPublished() throws IOException {
		List<String> expressions = alerts().stream().map((rule) -> (String) rule.get("expr")).toList();
		assertThat(expressions).hasSizeGreaterThan(10).allSatisfy(DashboardTests::assertPublished);
	}

	@Test
	void everyAlertSaysWhatIsWrongAndHowBadItIs() throws IOException {
		assertThat(alerts()).allSatisfy((rule) -> {
			assertThat((String) rule.get("alert")).startsWith("Grpc");
			assertThat(((Map<?, ?>) rule.get("labels")).get("severity")).isIn("info", "warning", "critical");
			assertThat(((Map<?, ?>) rule.get("annotations")).keySet().stream().map(Object::toString))
				.containsExactlyInAnyOrder("summary", "description");
		}).extracting((rule) -> rule.get("alert")).doesNotHaveDuplicates();
	}

	@Test
	void panelsDoNotOverlap() throws IOException {
		List<Map<String, Integer>> places = JsonPath.read(Files.readString(DOCS.resolve("grafana-dashboard.json")),
				"$.panels[*].gridPos");
		Set<List<Integer>> cells = new HashSet<>();
		for (Map<String, Integer> place : places) {
			for (int x = place.get("x"); x < place.get("x") + place.get("w"); x++) {
				for (int y = place.get("y"); y < place.get("y") + place.get("h"); y++) {
					assertThat(x).isLessThan(24);
					assertThat(cells.add(List.of(x, y))).as("%s free for %s", List.of(x, y), place).isTrue();
				}
			}
		}
	}

	@Test
	void everyMeterInTheDocsIsPublishedAndOnTheDashboard() throws IOException {
		PrometheusNamingConvention convention = new PrometheusNamingConvention();
		String dashboard = String.join("\n", dashboard());
		List<String> documented = Files.readAllLines(DOCS.resolve("metrics.md"))
			.stream()
			.filter((line) -> line.startsWith("| `rpc.") || line.startsWith("| `grpc.patterns."))
			.map((line) -> line.split("`")[1])
			.toList();
		assertThat(documented).hasSizeGreaterThan(8).allSatisfy((meter) -> {
			String name = convention.name(meter, Meter.Type.GAUGE);
			assertThat(METERS).as(meter).anyMatch((published) -> published.startsWith(name));
			assertThat(dashboard).contains(name);
		});
	}

	private static void assertPublished(String expression) {
		List<String> labels = new ArrayList<>();
		matches(GROUPED, expression).forEach((match) -> labels.addAll(List.of(match.group(1).split(", "))));
		matches(MATCHER, expression).forEach((match) -> {
			labels.add(match.group(1));
			assertThat(values(match.group(1))).as(match.group()).containsAll(named(match));
		});
		List<String> meters = matches(NAME, expression).map(MatchResult::group)
			.filter((name) -> !labels.contains(name))
			.toList();
		assertThat(meters).as(expression).isNotEmpty().isSubsetOf(METERS);
		assertThat(labels).as(expression)
			.allMatch((label) -> OTHER_LABELS.contains(label)
					|| meters.stream().anyMatch((meter) -> LABELS.get(meter).contains(label)));
	}

	private static Set<String> named(MatchResult matcher) {
		return matcher.group(3).startsWith("$") ? Set.of() : Set.of(matcher.group(3).split("\\|"));
	}

	/**
	 * The closed lists of the tags.
	 */
	private static Set<String> values(String label) {
		Stream<String> values = switch (label) {
			case "reason" -> Arrays.stream(EndReason.values()).map(EndReason::tag);
			case "outcome" -> Arrays.stream(AuthOutcomeListener.Outcome.values()).map(AuthOutcomeListener.Outcome::tag);
			case "rpc_response_status_code" -> Arrays.stream(Status.Code.values()).map(Enum::name);
			case "direction" -> Stream.of("sent", "received");
			default -> Stream.of();
		};
		return values.collect(Collectors.toSet());
	}

	private static Stream<MatchResult> matches(Pattern pattern, String text) {
		return pattern.matcher(text).results();
	}

	private static List<String> dashboard() throws IOException {
		return JsonPath.read(Files.readString(DOCS.resolve("grafana-dashboard.json")), "$.panels[*].targets[*].expr");
	}

	private static List<Map<String, Object>> alerts() throws IOException {
		try (InputStream yaml = Files.newInputStream(DOCS.resolve("prometheus-alerts.yml"))) {
			Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(yaml);
			return file.get("groups").stream().flatMap((group) -> group.get("rules").stream()).toList();
		}
	}

}
