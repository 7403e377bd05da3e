/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator sees: the line at the start, the endpoint over HTTP, the meters. Each
 * is also written to the report of the run, which the build compares with that of every
 * other run.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SurfaceTests {

	private static final String PATH = "/actuator/grpcpatterns";

	private static App app;

	private static String output;

	@BeforeAll
	static void start() {
		try (Output out = new Output()) {
			app = App.startWeb(App.Ping.class, "management.endpoints.web.exposure.include=grpcpatterns,prometheus",
					"grpc.patterns.server.auth.public-methods=" + App.PING + "PingSafe",
					"grpc.patterns.server.auth.rules[0].methods=" + App.PING + "PingIdempotent",
					"grpc.patterns.server.auth.rules[0].authorities=SCOPE_a,SCOPE_b",
					"grpc.patterns.server.deadline.max=90s",
					"grpc.patterns.server.deadline.overrides[0].methods=" + App.PING + "*",
					"grpc.patterns.server.deadline.overrides[0].default=10s",
					"grpc.patterns.server.rate-limit.calls-per-second=1000",
					"grpc.patterns.server.stream.overrides[0].methods=" + App.PING + "PingBidi",
					"grpc.patterns.server.stream.overrides[0].idle-timeout=5m",
					"grpc.patterns.client.retry.overrides[0].methods=" + App.PING + "Ping",
					"grpc.patterns.client.retry.overrides[0].idempotent=true", "grpc.patterns.client.auth.relay=true");
			output = out.text();
		}
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	@Test
	@Order(1)
	void oneLineAtTheStartNamesStackAndPatterns() {
		List<String> lines = output.lines().filter((line) -> line.contains("grpc-patterns on ")).toList();
		assertThat(lines).hasSize(1);
		String line = lines.get(0).substring(lines.get(0).indexOf("grpc-patterns on "));
		assertThat(line).startsWith("grpc-patterns on " + Stack.PRESENT.name() + " ")
			.containsSubsequence("; server: ", "correlation, ", "logging, ", "metrics, ", "shutdown, ", "auth, ",
					"rate-limit, ", "deadline, ", "stream, ", "validation, ", "errors, ", "transport; client: ",
					"correlation, ", "logging, ", "metrics, ", "deadline, ", "retry, ", "auth",
					"; executor: the stack's own");
		Run.report("start-line.txt", line + "\n");
	}

	@Test
	@Order(2)
	void theEndpointTellsWhatHoldsAndWhichPropertyDecided() {
		HttpResponse<String> response = Http.get(app.context(), PATH);
		assertThat(response.statusCode()).isEqualTo(200);
		String json = response.body();
		Run.report("endpoint.json", json);
		assertThat(JsonPath.<List<String>>read(json, "$.methods[*].method")).contains(App.PING + "Ping",
				App.PING + "PingBidi", "grpc.health.v1.Health/Check");
		String bidi = "$.methods[?(@.method == '" + App.PING + "PingBidi')].";
		assertThat(JsonPath.<List<String>>read(json, bidi + "kind")).containsExactly("bidi_streaming");
		assertThat(JsonPath.<List<String>>read(json, bidi + "access")).containsExactly("authenticated");
		assertThat(JsonPath.<List<Object>>read(json, bidi + "settings['stream.idle-timeout']")).containsExactly(
				Map.of("value", "5m", "property", "grpc.patterns.server.stream.overrides[0].idle-timeout"));
		assertThat(JsonPath.<List<Object>>read(json, bidi + "settings['deadline.default']"))
			.containsExactly(Map.of("value", "10s", "property", "grpc.patterns.server.deadline.overrides[0].default"));
		assertThat(JsonPath.<List<Object>>read(json, bidi + "settings['deadline.max']"))
			.containsExactly(Map.of("value", "90s", "property", "grpc.patterns.server.deadline.max"));
		String rule = "$.methods[?(@.method == '" + App.PING + "PingIdempotent')].";
		assertThat(JsonPath.<List<String>>read(json, rule + "access")).containsExactly("authorities");
		assertThat(JsonPath.<List<Object>>read(json, rule + "authorities"))
			.containsExactly(List.of("SCOPE_a", "SCOPE_b"));
		String open = "$.methods[?(@.method == '" + App.PING + "PingSafe')].";
		assertThat(JsonPath.<List<String>>read(json, open + "access")).containsExactly("public");
	}

	@Test
	@Order(3)
	void aLiveStreamIsListedAndCanBeEnded() {
		RawCall call = RawCall
			.start(app.as("alice"), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.newBuilder().setValue("hello").build())
			.awaitFirst();
		String streams = Http.get(app.context(), PATH + "/streams").body();
		List<Map<String, Object>> list = JsonPath.read(streams, "$");
		assertThat(list).singleElement()
			.satisfies((stream) -> assertThat(stream).containsEntry("method", App.PING + "PingBidi")
				.containsEntry("principal", "alice")
				.containsEntry("messagesReceived", 1)
				.containsEntry("messagesSent", 1)
				.containsEntry("bytesReceived", 7)
				.containsKeys("id", "peer", "correlationId", "ageMillis", "idleMillis", "bytesSent"));
		String id = String.valueOf(list.get(0).get("id"));
		assertThat(Http.delete(app.context(), PATH + "/streams/" + id).statusCode()).isEqualTo(204);
		assertThat(call.await().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(GrpcErrors.from(call.await().asRuntimeException(call.trailers())).reason()).isEqualTo("TERMINATED");
		assertThat(Http.delete(app.context(), PATH + "/streams/" + id).statusCode()).isEqualTo(404);
		List<Map<String, Object>> refusals = Awaitility.await()
			.until(() -> JsonPath.read(Http.get(app.context(), PATH + "/refusals").body(), "$"),
					(found) -> !found.isEmpty());
		assertThat(refusals).singleElement()
			.satisfies((refusal) -> assertThat(refusal).containsEntry("method", App.PING + "PingBidi")
				.containsEntry("reason", "TERMINATED")
				.containsEntry("principal", "alice")
				.containsEntry("enforced", true)
				.containsKeys("time", "correlationId"));
	}

	/**
	 * Each kind of call once through the row's own client, and some that fail.
	 */
	@Test
	@Order(4)
	void theMetersCountEachCallOnceOnBothSides() {
		Channel client = app.client(app.port());
		for (MethodDescriptor<PingRequest, ?> method : List.of(PingServiceGrpc.getPingMethod(),
				PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingStreamMethod())) {
			call(client, method, "", true);
		}
		call(client, PingServiceGrpc.getPingMethod(), "throw:NoSuchElementException", true);
		call(client, PingServiceGrpc.getPingSafeMethod(), "", false);
		RawCall
			.start(client, PingServiceGrpc.getPingMethod().toBuilder().setFullMethodName(App.PING + "Invented").build(),
					CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose()
			.await();
		MeterRegistry registry = app.bean(MeterRegistry.class);
		Awaitility.await()
			.atMost(20, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(ends(registry)).containsExactlyInAnyOrder(
					"grpc.patterns.server.stream.duration PingBidi CANCELLED 1",
					"grpc.patterns.server.stream.duration PingList OK 1",
					"grpc.patterns.server.stream.duration PingStream OK 1", "rpc.server.call.duration Ping NOT_FOUND 1",
					"rpc.server.call.duration Ping OK 1", "rpc.server.call.duration PingSafe OK 1",
					"grpc.patterns.client.stream.duration PingList OK 1",
					"grpc.patterns.client.stream.duration PingStream OK 1",
					"rpc.client.call.duration Invented UNIMPLEMENTED 1", "rpc.client.call.duration Ping NOT_FOUND 1",
					"rpc.client.call.duration Ping OK 1", "rpc.client.call.duration PingSafe OK 1"));
		assertThat(registry.get("grpc.patterns.server.unknown.methods").counter().count()).isEqualTo(1);
		Run.report("meters.txt",
				meters(registry).filter((meter) -> ours(meter.getId().getName()))
					.map(SurfaceTests::line)
					.sorted()
					.collect(Collectors.joining("\n", "", "\n")));
		Run.report("stack-meters.txt",
				meters(registry).filter((meter) -> meter.getId().getName().startsWith("grpc."))
					.filter((meter) -> !ours(meter.getId().getName()))
					.map(SurfaceTests::line)
					.sorted()
					.collect(Collectors.joining("\n", "", "\n")));
		assertThat(Http.get(app.context(), "/actuator/prometheus").body()).contains(
				"rpc_server_call_duration_seconds_count{rpc_method=\"" + App.PING
						+ "Ping\",rpc_response_status_code=\"NOT_FOUND\",rpc_system_name=\"grpc\"} 1",
				"grpc_patterns_server_stream_ended_total{reason=\"terminated\"");
	}

	private static void call(Channel channel, MethodDescriptor<PingRequest, ?> method, String error, boolean token) {
		Metadata headers = token ? io.github.grpcpatterns.testing.TestTokens.headers("alice") : new Metadata();
		@SuppressWarnings("unchecked")
		RawCall call = RawCall.start(channel,
				(MethodDescriptor<PingRequest, io.github.grpcpatterns.testing.v1.PingResponse>) method,
				CallOptions.DEFAULT, headers);
		call.send(PingRequest.newBuilder().setError(error).setCount(2).build()).halfClose().await();
	}

	private static Stream<Meter> meters(MeterRegistry registry) {
		return registry.getMeters().stream();
	}

	private static boolean ours(String name) {
		return name.startsWith("rpc.") || name.startsWith("grpc.patterns.") || name.startsWith("resilience4j.");
	}

	private static List<String> ends(MeterRegistry registry) {
		return meters(registry).filter((meter) -> meter instanceof Timer && ours(meter.getId().getName()))
			.filter((meter) -> meter.getId().getTag("rpc.response.status_code") != null)
			.map((meter) -> "%s %s %s %d".formatted(meter.getId().getName(),
					meter.getId().getTag("rpc.method").substring(App.PING.length()),
					meter.getId().getTag("rpc.response.status_code"), ((Timer) meter).count()))
			.toList();
	}

	private static String line(Meter meter) {
		Meter.Id id = meter.getId();
		String count = (meter instanceof Timer timer) ? " " + timer.count()
				: (meter instanceof Counter counter) ? " " + (long) counter.count() : "";
		return id.getName() + " " + id.getType() + " "
				+ id.getTags().stream().map((tag) -> tag.getKey() + "=" + tag.getValue()).toList() + count;
	}

}
