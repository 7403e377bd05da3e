/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.grpcpatterns.sample.SampleInstance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the gateway, with the whole application over the network.
 */
class GatewayTests {

	private static final String PRODUCT = "{\"name\": \"Lamp\", \"price\": 19.99, \"categoryId\": \"home\"}";

	@TempDir
	private static Path documents;

	private static SampleInstance instance;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		instance = SampleInstance.start("sample.prices.interval=50ms", "sample.storage.directory=" + documents);
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void textIsClassified() throws Exception {
		HttpResponse<String> response = post("/api/classify", "{\"text\": \"Invoice, amount due\", \"maxResults\": 1}");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"documentType\":\"DOCUMENT_TYPE_INVOICE\"",
				"\"modelVersion\":\"opennlp-");
	}

	@Test
	void aBrokenRuleIsAProblemThatNamesTheField() throws Exception {
		HttpResponse<String> response = post("/api/classify", "{\"text\": \" \"}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"reason\":\"INVALID_REQUEST\"", "\"field\":\"text\"",
				"\"correlationId\":");
	}

	@Test
	void aBodyThatIsNoMessageIsAProblem() throws Exception {
		for (String path : new String[] { "/api/classify", "/api/products", "/api/products/batch", "/api/metrics" }) {
			for (String body : new String[] { "{\"text\": ", "\"text\"", "", "[{\"nonsense\": 1}]" }) {
				HttpResponse<String> response = post(path, body);
				assertThat(response.statusCode()).as(path + " " + body).isEqualTo(400);
				assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
				assertThat(response.body()).contains("\"title\":\"Bad Request\"", "\"code\":\"INVALID_ARGUMENT\"");
			}
		}
		assertThat(post("/api/metrics", "[{}, {\"valu\": 1}]").body()).contains("malformed JSON: [1]: ", "valu");
	}

	@Test
	void aBatchIsAnsweredOneByOne() throws Exception {
		HttpRequest.Builder batch = json("/api/classify/batch").POST(BodyPublishers.ofString(
				"{\"requests\": [{\"text\": \"Invoice, amount due\"}, {\"text\": \" \", \"documentId\": \"blank\"}]}"));
		try (Reader reader = new Reader(batch)) {
			assertThat(reader.next().get("data")).contains("\"documentType\":\"DOCUMENT_TYPE_INVOICE\"",
					"\"sequenceNumber\":0");
			assertThat(reader.next().get("data")).contains("\"code\":\"INVALID_ARGUMENT\"", "\"isLast\":true");
		}
	}

	@Test
	void eventsOfClassificationKeepTheirIds() throws Exception {
		HttpRequest.Builder events = json("/api/classify/stream").POST(BodyPublishers
			.ofString("[{\"classificationStarted\": {\"text\": \"Invoice, amount due\"}, \"correlationId\": \"one\"},"
					+ "{\"classificationStarted\": {\"text\": \"\"}, \"correlationId\": \"two\"}]"));
		try (Reader reader = new Reader(events)) {
			assertThat(reader.next().get("data")).contains("\"classificationComplete\":", "\"correlationId\":\"one\"");
			assertThat(reader.next().get("data")).contains("\"classificationFailed\":", "\"correlationId\":\"two\"");
		}
	}

	@Test
	void aBatchOfProductsIsCreatedAsAWholeOrNotAtAll() throws Exception {
		HttpResponse<String> created = post("/api/products/batch", "[" + PRODUCT + "," + PRODUCT + "]");
		assertThat(created.statusCode()).isEqualTo(201);
		assertThat(created.body()).contains("\"createdCount\":2");
		HttpResponse<String> refused = post("/api/products/batch", "[" + PRODUCT + ",{\"name\": \"\"}]");
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("\"field\":\"requests[1].name\"");
	}

	@Test
	void aRequestMayNameTheCategoryAsTheAnswerDoes() throws Exception {
		HttpResponse<String> created = post("/api/products", PRODUCT.replace("categoryId", "category"));
		assertThat(created.statusCode()).isEqualTo(201);
		assertThat(created.body()).contains("\"category\":\"home\"");
	}

	@Test
	void usersAreListedAndUpdated() throws Exception {
		String id = id(post("/api/users", "{\"name\": \"Zoe\", \"email\": \"zoe@example.com\"}"));
		assertThat(get("/api/users?page_size=0").body()).startsWith("[").contains(id);
		HttpRequest.Builder update = json("/api/users").method("PATCH", BodyPublishers.ofString("[{\"userId\": \"" + id
				+ "\", \"changes\": {\"name\": \"Zoe B.\"}, \"updateMask\": \"name\"}, {\"userId\": \"nobody\"}]"));
		try (Reader reader = new Reader(update)) {
			assertThat(reader.next().get("data")).contains("\"name\":\"Zoe B.\"", "\"email\":\"zoe@example.com\"");
			assertThat(reader.next()).containsEntry("event", "problem");
		}
		assertThat(get("/api/users?page_size=0").body()).contains("Zoe B.");
	}

	@Test
	void pointsAreSummedUp() throws Exception {
		HttpResponse<String> summary = post("/api/metrics",
				"[{\"metricName\": \"load\", \"value\": 1}, {\"metricName\": \"load\", \"value\": 3}]");
		assertThat(summary.statusCode()).isEqualTo(200);
		assertThat(summary.body()).contains("\"pointsReceived\":2", "\"load\":2.0");
	}

	@Test
	void theServerJudgesWhoMayDoWhat() throws Exception {
		HttpResponse<String> nobody = send(HttpRequest.newBuilder(uri("/api/products/1")).GET());
		assertThat(nobody.statusCode()).isEqualTo(401);
		assertThat(nobody.body()).contains("\"reason\":\"TOKEN_MISSING\"");
		HttpResponse<String> noEvents = send(HttpRequest.newBuilder(uri("/api/prices?id=1")).GET());
		assertThat(noEvents.statusCode()).isEqualTo(401);
		HttpResponse<String> signedUp = send(HttpRequest.newBuilder(uri("/api/users"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"name\": \"Ann\", \"email\": \"ann@example.com\"}")));
		assertThat(signedUp.statusCode()).isEqualTo(201);
	}

	@Test
	void aProductComesAndGoes() throws Exception {
		HttpResponse<String> created = post("/api/products", PRODUCT);
		assertThat(created.statusCode()).isEqualTo(201);
		String id = id(created);
		assertThat(get("/api/products/" + id).body()).isEqualTo(created.body());
		assertThat(get("/api/products?category=home").body()).startsWith("[").contains(id);
		assertThat(send(request("/api/products/" + id).DELETE()).statusCode()).isEqualTo(204);
		HttpResponse<String> gone = get("/api/products/" + id);
		assertThat(gone.statusCode()).isEqualTo(404);
		assertThat(gone.body()).contains("\"code\":\"NOT_FOUND\"", "product " + id + " does not exist");
	}

	@Test
	void aDocumentOfSeveralChunksIsStored() throws Exception {
		byte[] document = "All work and no play. ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
		HttpResponse<String> response = send(request("/api/documents/play").POST(BodyPublishers.ofByteArray(document)));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"totalBytes\":\"220000\"", "\"totalChunks\":4",
				"\"storageKey\":\"sha256/");
		HttpResponse<String> tooLarge = send(
				request("/api/documents/large").POST(BodyPublishers.ofByteArray(new byte[51 * 1024 * 1024])));
		assertThat(tooLarge.statusCode()).isEqualTo(400);
		assertThat(tooLarge.body()).contains("\"field\":\"data\"");
	}

	@Test
	void pricesAreEventsAndGoOnAfterTheLastOne() throws Exception {
		String id = id(post("/api/products", PRODUCT));
		String last;
		try (Reader reader = new Reader(request("/api/prices?id=" + id))) {
			reader.next();
			reader.next();
			last = reader.next().get("id");
		}
		try (Reader reader = new Reader(request("/api/prices?id=" + id).header("Last-Event-ID", last))) {
			assertThat(Long.parseLong(reader.next().get("id"))).isGreaterThan(Long.parseLong(last));
		}
	}

	@Test
	void whatIsSaidIsHeard() throws Exception {
		try (Reader reader = new Reader(request("/api/chat/lobby"))) {
			// The first sign of life came after the room was entered
			HttpResponse<String> said = post("/api/chat/lobby", "{\"content\": \"hello\"}");
			assertThat(said.statusCode()).isEqualTo(204);
			assertThat(reader.next().get("data")).contains("\"content\":\"hello\"", "\"userId\":\"alice\"");
		}
	}

	@Test
	void theLogIsEvents() throws Exception {
		try (Reader reader = new Reader(request("/api/logs"))) {
			assertThat(reader.next().get("data")).contains("\"level\":", "\"message\":");
		}
	}

	@Test
	void thePageIsThere() throws Exception {
		HttpResponse<String> page = send(HttpRequest.newBuilder(uri("/")).GET());
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.body()).contains("<title>grpc-patterns sample</title>");
	}

	private HttpResponse<String> get(String path) throws Exception {
		return send(request(path).GET());
	}

	private HttpResponse<String> post(String path, String json) throws Exception {
		return send(json(path).POST(BodyPublishers.ofString(json)));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	private static HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + SampleInstance.token("alice"));
	}

	private static HttpRequest.Builder json(String path) {
		return request(path).header("Content-Type", "application/json");
	}

	private static URI uri(String path) {
		return URI.create("http://localhost:" + instance.httpPort() + path);
	}

	private static String id(HttpResponse<String> product) {
		return product.body().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
	}

	/**
	 * Reads events one by one.
	 */
	private final class Reader implements AutoCloseable {

		private final InputStream stream;

		private final BufferedReader lines;

		Reader(HttpRequest.Builder request) throws Exception {
			this.stream = GatewayTests.this.http.send(request.build(), BodyHandlers.ofInputStream()).body();
			this.lines = new BufferedReader(new InputStreamReader(this.stream, StandardCharsets.UTF_8));
		}

		Map<String, String> next() throws IOException {
			Map<String, String> event = new LinkedHashMap<>();
			for (String line = this.lines.readLine(); !line.isEmpty()
					|| event.isEmpty(); line = this.lines.readLine()) {
				if (line.isEmpty()) {
					continue;
				}
				if (line.startsWith(":")) {
					continue; // a sign of life
				}
				event.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1));
			}
			return event;
		}

		@Override
		public void close() throws IOException {
			this.stream.close();
		}

	}

}
