/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the page, in a real browser and with the whole application behind it.
 */
@EnabledIf(value = "io.github.grpcpatterns.sample.page.Browser#isInstalled",
		disabledReason = "chromium and chromium-driver are not installed")
class PageTests {

	/** Where to write pictures of the page, if anywhere. */
	private static final String PICTURES = System.getProperty("page.pictures", "");

	@TempDir
	private static Path documents;

	@TempDir
	private static Path files;

	private static SampleInstance instance;

	private static Browser browser;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start("spring.profiles.active=dev", "sample.prices.interval=100ms",
				"sample.storage.directory=" + documents);
		browser = new Browser();
	}

	@AfterAll
	static void stop() {
		browser.close();
		instance.close();
	}

	@BeforeEach
	void open() {
		browser.show(1280, 900, "light");
		browser.open("http://localhost:" + instance.httpPort() + "/");
		browser.awaitText("who", "Calls carry a token of alice.");
		Awaitility.await().until(() -> browser.count("#method option") > 15);
	}

	@AfterEach
	void theConsoleIsQuiet() {
		assertThat(browser.consoleErrors()).isEmpty();
	}

	@Test
	void aTextIsClassifiedWithConfidenceAndKeywords() {
		browser.submit("classify");
		browser.awaitText("classified", "invoice", " %", "Model opennlp-");
		assertThat(browser.count("#classified .bar")).isEqualTo(3);
	}

	@Test
	void eachLineIsAnsweredByItself() {
		browser.type("text", "Invoice, amount due 100 EUR\nDear Ann, thank you for your letter. Yours sincerely, Bob");
		browser.press("batch");
		Awaitility.await().until(() -> browser.count("#classified li") == 2);
		browser.awaitText("classified", "invoice", "letter");
	}

	@Test
	void aProblemIsShownOnceWhereItHappenedAndClearedByTheNextSuccess() {
		browser.type("text", " ");
		browser.submit("classify");
		browser.awaitText("classified", "Please correct this:", "text: ", "Reason: INVALID_REQUEST",
				"Correlation ID: ");
		String told = browser.text("classified");
		assertThat(told.split("text: ", -1)).hasSize(2);
		browser.find(By.cssSelector("#classified .copy")).click();
		browser.awaitText("classified", "Copied");
		browser.type("text", "Invoice, amount due");
		browser.submit("classify");
		browser.awaitText("classified", "Model opennlp-");
		assertThat(browser.count("#classified .problem")).isZero();
	}

	@Test
	void aDocumentIsUploadedAndClassified() throws IOException {
		Path file = Files.writeString(files.resolve("invoice.txt"), "Invoice no. 17. Amount due 20 EUR. ".repeat(100));
		browser.submit("upload");
		browser.awaitText("uploaded", "Choose a file first.");
		browser.id("file").sendKeys(file.toString());
		browser.submit("upload");
		browser.awaitText("uploaded", "invoice.txt: 3.5 kB in 1 chunks", "sha256/", "invoice", " %");
		assertThat(browser.id("progress").isDisplayed()).isFalse();
	}

	@Test
	void anUploadThatFailsSaysSoAndLeavesNoProgress() throws IOException {
		Path file = Files.write(files.resolve("large.bin"), new byte[51 * 1024 * 1024]);
		browser.id("file").sendKeys(file.toString());
		browser.submit("upload");
		browser.awaitText("uploaded", "data: ", "Reason: INVALID_REQUEST");
		assertThat(browser.id("progress").isDisplayed()).isFalse();
	}

	@Test
	void pricesMoveAndResumeAfterTheirStreamWasEnded() {
		become("henry");
		browser.press("create");
		Awaitility.await().until(() -> browser.count("#products path") > 0);
		List<String> names = products().stream().map(Product::getName).toList();
		assertThat(browser
			.script("return [...document.querySelectorAll('#products tbody th')].map((th) => th.textContent)")
			.toString()).contains(names);
		String price = price();
		Awaitility.await().until(() -> !price().equals(price));
		assertThat(price()).matches("[▲▼] [0-9.]+");
		end("product.v1.ProductService/WatchPrices", "henry");
		browser.awaitText("prices-problem", "An operator ended the stream.", "TERMINATED");
		Awaitility.await().until(() -> browser.text("prices-problem").isEmpty());
		String resumed = price();
		Awaitility.await().until(() -> !price().equals(resumed));
		int before = browser.count("#products tbody tr");
		browser.find(By.cssSelector("#products button")).click();
		Awaitility.await().until(() -> browser.count("#products tbody tr") == before - 1);
		assertThat(products()).hasSize(before - 1);
	}

	private static String price() {
		return browser.script("return document.querySelector('#products td.number').textContent");
	}

	private static List<Product> products() {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
				"Bearer " + browser.<String>script("return fetch('/dev/token').then((response) => response.text())"));
		List<Product> products = new ArrayList<>();
		ProductServiceGrpc.newBlockingStub(instance.anonymous())
			.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
			.listProducts(ListProductsRequest.newBuilder().setCategory("page").build())
			.forEachRemaining(products::add);
		return products;
	}

	@Test
	void theFirstMessageEntersTheRoomAndAnEndedChatComesBackWithItsTranscript() {
		become("grace");
		browser.submit("chat");
		browser.awaitText("chat-problem", "Write a message first.");
		browser.type("say", "hello");
		browser.id("say").sendKeys(Keys.ENTER);
		browser.awaitText("talk", "You are in lobby.", "You, ", "hello");
		assertThat(browser.count("#talk li.own")).isEqualTo(1);
		assertThat(browser.text("chat-problem")).isEmpty();
		end("chat.v1.ChatService/Chat", "grace");
		browser.awaitText("talk", "hello", "You are back.");
		browser.type("room", "elsewhere");
		browser.type("say", "anybody?");
		browser.submit("chat");
		browser.awaitText("talk", "hello", "You are in elsewhere.", "anybody?");
	}

	/**
	 * End a stream with the button in its row. The caller is one of this test alone,
	 * since the streams of earlier pages take a few seconds to go.
	 */
	private static void end(String method, String caller) {
		String button = "#streams button[aria-label='End " + method + " of " + caller + "']";
		Awaitility.await().until(() -> browser.count(button) == 1);
		browser.find(By.cssSelector(button)).click();
	}

	@Test
	void whatOthersSayHasTheirName() {
		browser.submit("room-form");
		browser.awaitText("talk", "You are in lobby.");
		browser
			.script("""
					return fetch('/dev/token?subject=bob').then((response) => response.text())
						.then((token) => fetch('/api/chat/lobby', { method: 'POST', body: '{"content": "from afar"}',
							headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ' + token } })).then(() => 0)
					""");
		browser.awaitText("talk", "bob, ", "from afar");
		assertThat(browser.count("#talk li.own")).isZero();
	}

	@Test
	void focusStaysOnARowOfTheLiveStreams() {
		become("frank");
		browser.submit("room-form");
		By end = By.cssSelector("#streams button[aria-label$='Chat of frank']");
		Awaitility.await().until(() -> browser.count("#streams button[aria-label$='Chat of frank']") == 1);
		WebElement button = browser.find(end);
		WebElement row = button.findElement(By.xpath("ancestor::tr"));
		String age = row.getText();
		browser.script("arguments[0].focus()", button);
		Awaitility.await().until(() -> !row.getText().equals(age));
		assertThat((Boolean) browser.script("return document.activeElement === arguments[0]", button)).isTrue();
	}

	@Test
	void theStreamOfAPageThatIsClosedGoesWithinSeconds() {
		become("erin");
		browser.submit("room-form");
		browser.awaitText("streams", "erin");
		browser.open("http://localhost:" + instance.httpPort() + "/");
		browser.awaitText("who", "alice");
		Awaitility.await().until(() -> !browser.text("streams").contains("erin"));
	}

	@Test
	void aTokenThatARestartedServerDoesNotKnowIsReplaced() {
		browser
			.script("""
					const real = window.fetch;
					window.refused = 0;
					window.fetch = (path, options) => {
						if (options?.headers?.Authorization && !window.refused++) {
							options = { ...options, headers: { ...options.headers, Authorization: 'Bearer of.another.start' } };
						}
						return real(path, options);
					};
					""");
		browser.submit("classify");
		browser.awaitText("classified", "Model opennlp-");
		assertThat(((Number) browser.script("return window.refused")).intValue()).isPositive();
		assertThat(browser.count("#classified .problem")).isZero();
	}

	@Test
	void withoutTheProfileDevATokenIsPasted() {
		try (SampleInstance other = SampleInstance.start("sample.storage.directory=" + documents)) {
			browser.open("http://localhost:" + other.httpPort() + "/");
			browser.awaitText("who", "paste one");
			browser.type("token", SampleInstance.token("dora"));
			browser.press("login");
			browser.awaitText("who", "Calls carry your token.");
			browser.submit("classify");
			browser.awaitText("classified", "Model opennlp-");
			browser.open("about:blank");
		}
	}

	@Test
	void theSchemeCanBeChosen() {
		browser.show(1280, 900, "dark");
		browser.awaitText("theme", "Light");
		browser.show(1280, 900, "light");
		browser.awaitText("theme", "Dark");
		browser.press("theme");
		browser.awaitText("theme", "Light");
		assertThat(browser.find(By.tagName("body")).getCssValue("background-color")).isEqualTo("rgba(16, 22, 20, 1)");
	}

	@Test
	void theFiguresAreThoseOfTheServer() {
		browser.submit("classify");
		browser.awaitText("classified", "Model opennlp-");
		browser.awaitText("methods", "classification.v1.DocumentClassifier/Classify", "≤ ");
		String calls = browser.script("return [...document.querySelectorAll('#methods tbody tr')]"
				+ ".find((row) => row.dataset.key.endsWith('/Classify')).cells[1].textContent");
		assertThat(Integer.parseInt(calls)).isPositive();
	}

	@Test
	void aRefusalIsListedWithItsReason() {
		browser.script("return fetch('/api/products/1')");
		browser.awaitText("refusals", "product.v1.ProductService/GetProduct", "TOKEN_MISSING");
		browser.awaitText("refused", "token_missing");
	}

	@Test
	void thePolicyOfAMethodNamesWhatDecidedIt() {
		browser.awaitText("access", "unary. Wants a valid token with SCOPE_products:write.");
		browser.id("method").sendKeys("chat.v1.ChatService/Chat");
		browser.awaitText("access", "bidi streaming. Wants a valid token.");
		browser.awaitText("settings", "stream.max-duration", "8h", "grpc.patterns.server.stream.overrides[");
	}

	@Test
	void usersTelemetryAndLogAnswer() {
		browser.type("email", "nonsense");
		browser.submit("sign-up");
		browser.awaitText("users-problem", "email: ");
		browser.type("email", "ann@example.com");
		browser.submit("sign-up");
		browser.awaitText("users", "Ann", "ann@example.com");
		browser.submit("metrics");
		browser.awaitText("summary", "room.temperature", "mean 21.17 of 3");
		browser.submit("logs");
		browser.awaitText("log", "INFO");
		browser.awaitText("follow", "Stop");
		browser.submit("logs");
		browser.awaitText("follow", "Follow");
	}

	@Test
	void anotherNameGetsAnotherToken() {
		become("bob");
		browser.submit("room-form");
		browser.awaitText("streams", "bob");
	}

	private static void become(String name) {
		browser.type("name", name);
		browser.id("name").sendKeys(Keys.ENTER);
		browser.awaitText("who", "Calls carry a token of " + name + ".");
	}

	@Test
	void everybodyCanReadAndUseIt() throws IOException {
		browser.press("create");
		browser.submit("classify");
		browser.type("say", "Good morning!");
		browser.submit("chat");
		browser.submit("sign-up");
		browser.submit("metrics");
		browser.submit("logs");
		browser.script("return fetch('/api/products/1')");
		browser.awaitText("classified", "Model opennlp-");
		browser.awaitText("talk", "Good morning!");
		Awaitility.await()
			.until(() -> browser.count("#products path") > 0 && browser.count("#refusals tbody tr") > 0
					&& browser.count("#methods tbody tr") > 2 && browser.count("#streams tbody tr") > 2);
		Awaitility.await()
			.until(() -> ((Number) browser
				.script("return document.querySelector('#rate-line path').getAttribute('d').split('L').length"))
				.intValue() > 2);
		List<String> foreign = browser.script("return performance.getEntriesByType('resource')"
				+ ".map((entry) => entry.name).filter((name) => !name.startsWith(location.origin))");
		assertThat(foreign).isEmpty();
		for (String scheme : List.of("light", "dark")) {
			for (int width : new int[] { 1280, 390 }) {
				byte[] picture = browser.screenshot(width, scheme);
				if (!PICTURES.isEmpty()) {
					Files.write(
							Files.createDirectories(Path.of(PICTURES)).resolve("page-" + scheme + "-" + width + ".png"),
							picture);
				}
				assertThat(browser.accessibilityViolations()).as("%s at %s pixels", scheme, width).isEmpty();
				List<Object> wide = browser.script("return [...document.body.querySelectorAll('*')].filter((e) =>"
						+ " !e.closest('.scroll, .hidden, .skip') && e.getBoundingClientRect().right > arguments[0] + 1)"
						+ ".map((e) => e.outerHTML.slice(0, 100))", width);
				assertThat(wide).isEmpty();
				assertThat(((Number) browser.script("return document.documentElement.scrollWidth")).intValue())
					.isLessThanOrEqualTo(width);
				List<Object> small = browser
					.script("return [...document.querySelectorAll('button, input, select, textarea')]"
							+ ".filter((e) => e.offsetParent && (e.offsetHeight < 24 || e.offsetWidth < 24)).map((e) => e.outerHTML)");
				assertThat(small).isEmpty();
			}
		}
	}

}
