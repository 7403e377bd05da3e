/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.grpcpatterns.sample.SampleInstance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard in {@code docs} beside the meters that the sample exposes.
 */
class DashboardTests {

	private static final Pattern SERIES = Pattern
		.compile("((?:rpc|grpc_patterns)_[a-z_]+)\\{application=~[^}]*?(!=\\\\\"OK\\\\\")?\\}");

	@TempDir
	private static Path documents;

	@Test
	void everyPanelHasDataAfterTheDemo() throws Exception {
		try (SampleInstance instance = SampleInstance.start("spring.profiles.active=dev", "sample.prices.interval=20ms",
				"sample.storage.directory=" + documents)) {
			URI http = URI.create("http://localhost:" + instance.httpPort());
			ByteArrayOutputStream output = new ByteArrayOutputStream();
			assertThat(ClientDemo.run(new PrintStream(output, true, StandardCharsets.UTF_8),
					"--grpc.client.sample.address=static://localhost:" + instance.grpcPort(),
					"--sample.demo.token-url=" + http.resolve("/dev/token"), "--logging.level.root=info"))
				.as(output::toString)
				.isZero();
			// A stream of the gateway ends when it notices that nobody listens any more
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(missing(http.resolve("/actuator/prometheus"))).isEmpty());
		}
	}

	private static Set<String> missing(URI prometheus) throws IOException, InterruptedException {
		String scrape = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(prometheus).build(), BodyHandlers.ofString())
			.body();
		return SERIES.matcher(Files.readString(Path.of("../docs/grafana-dashboard.json")))
			.results()
			.filter((series) -> scrape.lines().noneMatch((line) -> isIn(line, series)))
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static boolean isIn(String line, MatchResult series) {
		return line.startsWith(series.group(1) + "{application=\"sample-app\"")
				&& (series.group(2) == null || !line.contains("\"OK\""));
	}

}
