/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.page;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium, as Debian's packages {@code chromium} and {@code chromium-driver}
 * install it.
 */
final class Browser implements AutoCloseable {

	private static final @Nullable Path DRIVER = find("chromedriver");

	private static final @Nullable Path CHROMIUM = find("chromium");

	private final ChromeDriver driver;

	Browser() {
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(String.valueOf(CHROMIUM));
		options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
				"--hide-scrollbars");
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(new File(String.valueOf(DRIVER)))
					.usingAnyFreePort()
					.build(),
				options);
	}

	static boolean isInstalled() {
		return DRIVER != null && CHROMIUM != null;
	}

	private static @Nullable Path find(String program) {
		return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

	void open(String url) {
		this.driver.get(url);
	}

	/**
	 * Resize the window and choose a colour scheme.
	 */
	void show(int width, int height, String scheme) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	WebElement find(By by) {
		return this.driver.findElement(by);
	}

	WebElement id(String id) {
		return find(By.id(id));
	}

	String text(String id) {
		return id(id).getText();
	}

	void type(String id, String text) {
		WebElement field = id(id);
		field.clear();
		field.sendKeys(text);
	}

	void press(String id) {
		id(id).click();
	}

	/**
	 * Press the button of a form.
	 */
	void submit(String form) {
		find(By.cssSelector("#" + form + " button:not([type=button])")).click();
	}

	void awaitText(String id, String... expected) {
		Awaitility.await().untilAsserted(() -> Assertions.assertThat(text(id)).contains(expected));
	}

	int count(String selector) {
		return this.driver.findElements(By.cssSelector(selector)).size();
	}

	@SuppressWarnings("unchecked")
	<T> T script(String script, Object... arguments) {
		return (T) this.driver.executeScript(script, arguments);
	}

	/**
	 * Return what axe-core finds wrong, one line for each element.
	 */
	@SuppressWarnings("unchecked")
	List<String> accessibilityViolations() throws IOException {
		try (var axe = Browser.class.getResourceAsStream("/axe.min.js")) {
			this.driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
		}
		return (List<String>) this.driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
				+ "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
				+ ".then((result) => done(result.violations.flatMap((violation) => violation.nodes.map((node) =>"
				+ " violation.id + ' ' + node.target + ' ' + node.failureSummary))));");
	}

	/**
	 * Return the errors of the console since the last time, but for the answers of the
	 * server that the page shows itself.
	 */
	List<String> consoleErrors() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue())
			.map((entry) -> entry.getMessage())
			.filter((message) -> !message.contains("the server responded with a status of"))
			.toList();
	}

	/**
	 * Take a picture of the whole page.
	 */
	byte[] screenshot(int width, String scheme) {
		show(width, 900, scheme);
		long height = ((Number) script("return document.documentElement.scrollHeight")).longValue();
		show(width, (int) height, scheme);
		return this.driver.getScreenshotAs(OutputType.BYTES);
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
