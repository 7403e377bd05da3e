/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.json.JSONException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.skyscreamer.jsonassert.JSONAssert;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GrpcPatternsEndpoint}, over HTTP on both stacks.
 */
class GrpcPatternsEndpointTests {

	private static final String PING = "grpcpatterns.testing.v1.PingService/";

	private static final String PATH = "/actuator/grpcpatterns";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=grpcpatterns";

	private static Map<String, Object> method(String json, String method) {
		List<Map<String, Object>> found = JsonPath.read(json, "$.methods[?(@.method == '" + method + "')]");
		assertThat(found).as(method).hasSize(1);
		return found.get(0);
	}

	private static void assertJson(String expected, Object actual) {
		try {
			JSONAssert.assertEquals(expected,
					(actual instanceof Map<?, ?> map) ? new org.json.JSONObject(map).toString() : actual.toString(),
					true);
		}
		catch (JSONException ex) {
			throw new AssertionError(ex);
		}
	}

	@ParameterizedTest
	@EnumSource
	void eachMethodTellsItsPolicyAndWhatDecidedIt(TestStack stack) {
		String rules = "grpc.patterns.server.auth.rules[0].";
		String overrides = "grpc.patterns.server.deadline.overrides[0].";
		try (ConfigurableApplicationContext context = stack.startWeb(WebApplicationType.SERVLET, More.class, EXPOSED,
				"grpc.patterns.server.auth.jwt.secret=0123456789abcdef0123456789abcdef",
				"grpc.patterns.server.auth.public-methods=" + PING + "Ping", rules + "methods=" + PING + "PingBidi",
				rules + "authorities=SCOPE_a,SCOPE_b", "grpc.patterns.server.deadline.max=90s",
				overrides + "methods=" + PING + "*", overrides + "default=250ms",
				"grpc.patterns.client.retry.enabled=false")) {
			HttpResponse<String> response = Http.get(context, PATH);
			assertThat(response.statusCode()).isEqualTo(200);
			assertJson(
					"""
							{
							  "method": "grpcpatterns.testing.v1.PingService/PingBidi",
							  "kind": "bidi_streaming",
							  "access": "authorities",
							  "authorities": ["SCOPE_a", "SCOPE_b"],
							  "settings": {
							    "auth.rules": {"value": ["SCOPE_a", "SCOPE_b"], "property": "grpc.patterns.server.auth.rules[0]"},
							    "deadline.default": {"value": "250ms", "property": "grpc.patterns.server.deadline.overrides[0].default"},
							    "deadline.max": {"value": "90s", "property": "grpc.patterns.server.deadline.max"},
							    "deadline.required": {"value": false, "property": "grpc.patterns.server.deadline.required"},
							    "auth.relay": {"value": false, "property": "grpc.patterns.client.auth.relay"},
							    "auth.allow-plaintext": {"value": false, "property": "grpc.patterns.client.auth.allow-plaintext"},
							    "deadline.stream": {"value": "0s", "property": "grpc.patterns.client.deadline.stream"}
							  }
							}""",
					known(method(response.body(), PING + "PingBidi")));
			Map<String, Object> ping = method(response.body(), PING + "Ping");
			assertThat(ping).containsEntry("kind", "unary").containsEntry("access", "public");
			assertThat(ping.get("authorities")).isEqualTo(List.of());
			assertThat(setting(ping, "auth.public-methods"))
				.isEqualTo(Map.of("value", PING + "Ping", "property", "grpc.patterns.server.auth.public-methods[0]"));
			assertThat(setting(ping, "deadline.unary"))
				.isEqualTo(Map.of("value", "30s", "property", "grpc.patterns.client.deadline.unary"));
			Map<String, Object> list = method(response.body(), PING + "PingList");
			assertThat(list).containsEntry("kind", "server_streaming").containsEntry("access", "authenticated");
			assertThat(setting(list, "auth.enabled"))
				.isEqualTo(Map.of("value", true, "property", "grpc.patterns.server.auth.enabled"));
			Map<String, Object> health = method(response.body(), "grpc.health.v1.Health/Watch");
			assertThat(health).containsEntry("access", "public");
			assertThat(setting(health, "auth.infrastructure.health"))
				.isEqualTo(Map.of("value", "open", "property", "grpc.patterns.server.auth.infrastructure.health"));
			assertThat(setting(health, "deadline.max")).as("passed over").isNull();
		}
	}

	/**
	 * Without the settings of patterns that have tests of their own.
	 */
	private static Map<String, Object> known(Map<String, Object> method) {
		settings(method).keySet().removeIf((name) -> !name.startsWith("auth.") && !name.startsWith("deadline."));
		return method;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> settings(Map<String, Object> method) {
		return (Map<String, Object>) method.get("settings");
	}

	private static Object setting(Map<String, Object> method, String name) {
		return settings(method).get(name);
	}

	@Test
	void aSwitchedOffAuthMakesEveryMethodPublicAndATokenIsNeverShown() {
		String retry = "grpc.patterns.client.retry.overrides[0].";
		try (ConfigurableApplicationContext context = TestStack.SPRING_GRPC.startWeb(WebApplicationType.SERVLET,
				More.class, EXPOSED, "grpc.patterns.server.auth.enabled=false",
				"grpc.patterns.client.auth.token=top-secret", retry + "methods=" + PING + "Ping",
				retry + "codes=UNAVAILABLE", retry + "idempotent=true", retry + "buffer-limit=1536KB")) {
			String json = Http.get(context, PATH).body();
			Map<String, Object> ping = method(json, PING + "Ping");
			assertThat(ping).containsEntry("access", "public");
			assertThat(setting(ping, "auth.token"))
				.isEqualTo(Map.of("value", "******", "property", "grpc.patterns.client.auth.token"));
			assertThat(json).doesNotContain("top-secret");
			assertThat(setting(ping, "retry.codes"))
				.isEqualTo(Map.of("value", List.of("UNAVAILABLE"), "property", retry + "codes"));
			assertThat(setting(ping, "retry.idempotent"))
				.isEqualTo(Map.of("value", true, "property", retry + "idempotent"));
			assertThat(setting(ping, "retry.buffer-limit"))
				.isEqualTo(Map.of("value", "1536KB", "property", retry + "buffer-limit"));
			assertThat(setting(ping, "retry.multiplier"))
				.isEqualTo(Map.of("value", 2, "property", "grpc.patterns.client.retry.multiplier"));
			assertThat(setting(method(json, PING + "PingSafe"), "retry.idempotent"))
				.isEqualTo(Map.of("value", true, "property", "idempotency_level"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void aLiveStreamIsListedAndEnded(TestStack stack) {
		try (ConfigurableApplicationContext context = stack.startWeb(WebApplicationType.SERVLET, More.class, EXPOSED)) {
			ManagedChannel channel = TestStack.channel(context);
			try {
				assertThat(Http.get(context, PATH + "/streams").body()).isEqualTo("[]");
				Metadata headers = new Metadata();
				headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), "the-one");
				PingRequest request = PingRequest.newBuilder().setValue("hello").build();
				RawCall call = RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, headers)
					.send(request)
					.awaitFirst();
				Map<String, Object> stream = await(context, call.responses().get(0));
				assertThat(stream).containsOnlyKeys("id", "method", "peer", "correlationId", "ageMillis", "idleMillis",
						"messagesReceived", "messagesSent", "bytesReceived", "bytesSent");
				assertThat(stream).containsEntry("method", PING + "PingBidi")
					.containsEntry("correlationId", "the-one")
					.containsEntry("messagesReceived", 1)
					.containsEntry("messagesSent", 1)
					.containsEntry("bytesReceived", request.getSerializedSize());
				assertThat((String) stream.get("peer")).startsWith("127.0.0.1:");
				assertThat((int) stream.get("ageMillis")).isGreaterThanOrEqualTo((int) stream.get("idleMillis"));

				String path = PATH + "/streams/" + stream.get("id");
				assertThat(Http.delete(context, PATH + "/streams/1").statusCode()).isEqualTo(404);
				assertThat(Http.delete(context, PATH + "/other/" + stream.get("id")).statusCode()).isEqualTo(404);
				HttpResponse<String> deleted = Http.delete(context, path);
				assertThat(deleted.statusCode()).isEqualTo(204);
				assertThat(deleted.body()).isEmpty();
				assertThat(call.await().getCode()).isEqualTo(Status.Code.CANCELLED);
				assertThat(new String(call.trailers()
					.get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER))))
					.contains("TERMINATED", "the-one");
				assertThat(Http.delete(context, path).statusCode()).isEqualTo(404);
				assertThat(Http.get(context, PATH + "/streams").body()).isEqualTo("[]");
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void theLastRefusalsAreListedWithWhatAPolicyEndedLater(TestStack stack) {
		String rules = "grpc.patterns.server.auth.rules[0].";
		try (ConfigurableApplicationContext context = stack.startWeb(WebApplicationType.SERVLET, More.class, EXPOSED,
				"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
				"grpc.patterns.server.auth.public-methods=" + PING + "PingSafe", rules + "methods=" + PING + "Ping",
				rules + "authorities=SCOPE_a", "grpc.patterns.server.stream.max-inbound-messages=1")) {
			context.getBean(PingService.class).onPingList((request, responses) -> {
				throw new IllegalStateException("no refusal");
			});
			ManagedChannel channel = TestStack.channel(context);
			try {
				Instant before = Instant.now().minusSeconds(1);
				assertThat(Http.get(context, PATH + "/refusals").body()).isEqualTo("[]");
				call(channel, PingServiceGrpc.getPingSafeMethod(), new Metadata());
				call(channel, PingServiceGrpc.getPingListMethod(), TestTokens.headers("alice"));
				call(channel, PingServiceGrpc.getPingMethod(), identified(new Metadata(), "first"));
				call(channel, PingServiceGrpc.getPingMethod(), identified(TestTokens.headers("alice"), "second"));
				RawCall
					.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
							identified(TestTokens.headers("bob"), "third"))
					.send(PingRequest.getDefaultInstance())
					.send(PingRequest.getDefaultInstance())
					.await();
				List<Map<String, Object>> refusals = Awaitility.await()
					.until(() -> JsonPath.<List<Map<String, Object>>>read(Http.get(context, PATH + "/refusals").body(),
							"$"), (list) -> list.size() == 3);
				assertThat(refusals).allSatisfy((refusal) -> assertThat(Instant.parse((String) refusal.get("time")))
					.isBetween(before, Instant.now()));
				refusals.forEach((refusal) -> refusal.remove("time"));
				// Reports of calls that end together come in any order.
				assertThat(refusals).containsExactlyInAnyOrder(
						Map.of("method", PING + "PingBidi", "reason", "STREAM_MAX_MESSAGES", "principal", "bob",
								"correlationId", "third", "enforced", true),
						Map.of("method", PING + "Ping", "reason", "ACCESS_DENIED", "principal", "alice",
								"correlationId", "second", "enforced", true),
						Map.of("method", PING + "Ping", "reason", "TOKEN_MISSING", "correlationId", "first", "enforced",
								true));
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	private static Metadata identified(Metadata headers, String correlationId) {
		headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), correlationId);
		return headers;
	}

	private static void call(ManagedChannel channel, MethodDescriptor<PingRequest, PingResponse> method,
			Metadata headers) {
		RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.halfClose()
			.await();
	}

	@Test
	void aStreamWhoseHandlerIsDoneIsListedWhileMessagesWait() {
		try (ConfigurableApplicationContext context = TestStack.SPRING_GRPC.startWeb(WebApplicationType.SERVLET,
				More.class, EXPOSED, "grpc.patterns.server.stream.outbound-rate=0.001")) {
			ManagedChannel channel = TestStack.channel(context);
			try {
				RawCall call = RawCall
					.start(channel, PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.newBuilder().setCount(3).build())
					.halfClose()
					.awaitFirst();
				List<String> ids = Awaitility.await()
					.until(() -> JsonPath.<List<String>>read(Http.get(context, PATH + "/streams").body(), "$[*].id"),
							(streams) -> streams.size() == 1);
				assertThat(Http.delete(context, PATH + "/streams/" + ids.get(0)).statusCode()).isEqualTo(204);
				assertThat(call.await().getCode()).isEqualTo(Status.Code.CANCELLED);
				assertThat(call.responses()).hasSize(1);
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	/**
	 * The transport tells the size of what was sent before it is counted.
	 */
	private static Map<String, Object> await(ConfigurableApplicationContext context, PingResponse response) {
		return Awaitility.await().until(() -> {
			List<Map<String, Object>> streams = JsonPath.read(Http.get(context, PATH + "/streams").body(), "$");
			assertThat(streams).hasSize(1);
			return streams.get(0);
		}, (stream) -> stream.get("bytesSent").equals(response.getSerializedSize())
				&& stream.get("messagesSent").equals(1));
	}

	@Test
	void thereIsNoOtherList() {
		try (ConfigurableApplicationContext context = TestStack.SPRING_GRPC.startWeb(WebApplicationType.REACTIVE,
				More.class, EXPOSED)) {
			assertThat(Http.get(context, PATH + "/stream").statusCode()).isEqualTo(404);
			assertThat(Http.get(context, PATH + "/streams").body()).isEqualTo("[]");
			assertThat(Http.get(context, PATH).statusCode()).isEqualTo(200);
			assertThat(Http.delete(context, PATH + "/streams/1").statusCode()).isEqualTo(404);
		}
	}

	@Test
	void readOnlyAccessKeepsStreamsFromBeingEnded() {
		try (ConfigurableApplicationContext context = TestStack.SPRING_GRPC.startWeb(WebApplicationType.SERVLET,
				More.class, EXPOSED, "management.endpoint.grpcpatterns.access=read-only")) {
			assertThat(Http.get(context, PATH + "/streams").statusCode()).isEqualTo(200);
			assertThat(Http.delete(context, PATH + "/streams/1").statusCode()).isIn(404, 405);
			assertThat(context.getBeansOfType(GrpcPatternsEndpoint.class)).hasSize(1);
		}
	}

	@Test
	void namesStayAsTheyAreWhateverTheApplicationDoesWithItsOwn() {
		try (ConfigurableApplicationContext context = TestStack.SPRING_GRPC.startWeb(WebApplicationType.SERVLET,
				More.class, EXPOSED, "spring.jackson.property-naming-strategy=SNAKE_CASE")) {
			ManagedChannel channel = TestStack.channel(context);
			try {
				RawCall call = RawCall
					.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.getDefaultInstance())
					.awaitFirst();
				assertThat(Http.get(context, PATH + "/streams").body()).contains("\"ageMillis\":");
				call.cancel();
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class More {

	}

}
