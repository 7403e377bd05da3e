/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.tls;

import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the profiles {@code tls} and {@code mtls}, with the certificates of the
 * script.
 */
class TlsTests {

	@TempDir
	private static Path certificates;

	@TempDir
	private static Path others;

	@BeforeAll
	static void makeCertificates() throws Exception {
		make(certificates);
		make(others);
	}

	private static void make(Path directory) throws Exception {
		Process script = new ProcessBuilder("sh", "tls/make-certificates", directory.toString(), "1")
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		assertThat(script.waitFor(1, TimeUnit.MINUTES)).isTrue();
		assertThat(script.exitValue()).as("make-certificates, which needs openssl").isZero();
	}

	@Test
	void withTlsTheServerAnswersThoseWhoTrustIt() throws Exception {
		try (SampleInstance instance = start("tls")) {
			assertThat(call(instance, trusting(certificates).build())).isEqualTo(Status.Code.UNAUTHENTICATED);
			assertThat(call(instance, trusting(others).build())).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(call(instance, InsecureChannelCredentials.create())).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(throughTheGateway(instance)).isEqualTo(200);
		}
	}

	@Test
	void withMtlsTheServerAnswersThoseWhoShowACertificateThatItTrusts() throws Exception {
		try (SampleInstance instance = start("mtls")) {
			assertThat(call(instance, showing(certificates))).isEqualTo(Status.Code.UNAUTHENTICATED);
			assertThat(call(instance, trusting(certificates).build())).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(call(instance, showing(others))).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(throughTheGateway(instance)).isEqualTo(200);
		}
	}

	private static SampleInstance start(String profile) {
		return SampleInstance.start("spring.profiles.active=" + profile, "sample.tls.directory=" + certificates);
	}

	private static TlsChannelCredentials.Builder trusting(Path directory) throws Exception {
		return TlsChannelCredentials.newBuilder().trustManager(file(directory, "ca.pem"));
	}

	private static ChannelCredentials showing(Path directory) throws Exception {
		return trusting(certificates).keyManager(file(directory, "client.pem"), file(directory, "client.key")).build();
	}

	private static File file(Path directory, String name) {
		return directory.resolve(name).toFile();
	}

	/**
	 * Call without a token: the server that refuses it has been reached.
	 */
	private static Status.Code call(SampleInstance instance, ChannelCredentials credentials) {
		ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", instance.grpcPort(), credentials).build();
		try {
			ProductServiceGrpc.newBlockingStub(channel)
				.withDeadlineAfter(20, TimeUnit.SECONDS)
				.listProducts(ListProductsRequest.getDefaultInstance())
				.hasNext();
			return Status.Code.OK;
		}
		catch (StatusRuntimeException ex) {
			return ex.getStatus().getCode();
		}
		finally {
			channel.shutdownNow();
		}
	}

	private static int throughTheGateway(SampleInstance instance) throws Exception {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + instance.httpPort() + "/api/products"))
				.header("Authorization", "Bearer " + SampleInstance.token("alice"))
				.build(), BodyHandlers.ofString());
		return response.statusCode();
	}

}
