/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.sample.SampleInstance;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientDemo}, with the whole application over the network.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.prices.interval=20ms")
class ClientDemoTests {

	@TempDir
	private static Path documents;

	@LocalServerPort
	private int httpPort;

	@Autowired
	private GrpcPort grpcPort;

	@DynamicPropertySource
	static void keepDocuments(DynamicPropertyRegistry properties) {
		properties.add("sample.storage.directory", () -> documents);
		// The gateway wants to know it before
		int port = SampleInstance.freePort();
		properties.add("grpc.server.port", () -> port);
	}

	@Test
	void everyMethodIsCalled() {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		int exitCode = ClientDemo.run(new PrintStream(output, true, StandardCharsets.UTF_8),
				"--grpc.client.sample.address=static://localhost:" + this.grpcPort.value(),
				"--sample.demo.token-url=http://localhost:" + this.httpPort + "/dev/token",
				// A second application in the process sets the levels of both
				"--logging.level.root=info");
		assertThat(output.toString(StandardCharsets.UTF_8)).contains("Classify ", "ClassifyBatch ",
				"UploadDocument       [########################################] 100 %", "ClassifyStream ",
				"CreateProduct ", "GetProduct ", "BatchCreateProducts ", "ListProducts ", "WatchPrices ",
				"DeleteProduct ", "CreateUser ", "UserUpdates ", "ListUsers ", "RecordMetrics ", "Chat ", "StreamLogs ",
				"POST /api/products   201 ", "GET /api/prices ", "GET /api/products    404 ");
		assertThat(exitCode).isZero();
	}

	@Test
	void whenNobodyListensThenTheDemoSaysSo() {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		int exitCode = ClientDemo.run(new PrintStream(output, true, StandardCharsets.UTF_8),
				"--grpc.client.sample.address=static://localhost:1",
				"--sample.demo.token-url=http://localhost:" + this.httpPort + "/dev/token",
				"--grpc.patterns.client.retry.initial-backoff=1ms", "--logging.level.root=info");
		assertThat(output.toString(StandardCharsets.UTF_8)).contains("The call ended with UNAVAILABLE");
		assertThat(exitCode).isOne();
	}

	@Test
	void whenThereIsNoTokenThenTheDemoSaysSo() {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		int exitCode = ClientDemo.run(new PrintStream(output, true, StandardCharsets.UTF_8),
				"--grpc.client.sample.address=static://localhost:" + this.grpcPort.value(),
				"--sample.demo.token-url=http://localhost:1/dev/token",
				"--grpc.patterns.client.retry.initial-backoff=1ms", "--logging.level.root=info");
		assertThat(output.toString(StandardCharsets.UTF_8)).contains("The call ended with UNAVAILABLE",
				"no token from http://localhost:1/dev/token");
		assertThat(exitCode).isOne();
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class PortConfiguration {

		@Bean
		GrpcPort grpcPort() {
			return new GrpcPort();
		}

	}

	static class GrpcPort {

		private final AtomicInteger value = new AtomicInteger();

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.value.set(event.getPort());
		}

		int value() {
			return this.value.get();
		}

	}

}
