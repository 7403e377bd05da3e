/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JOSEException;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;

/**
 * The processor time of a server for a unary call: grpc-java alone, ours, and the stacks
 * with their own token check, observations and metrics. Rounds are interleaved, and each
 * ratio is of one round.
 */
final class Peers implements AutoCloseable {

	private static final String PLAIN = "grpc-java alone";

	private static final int UNDER_WAY = 32;

	private static final byte[] PAYLOAD = new byte[200];

	private final Map<String, String> key = Map.of("peer.key", Tokens.publicKeyLocation());

	private final String token;

	private final Path benchmarks;

	private final Path classes;

	private final List<Peer> peers = new ArrayList<>();

	/**
	 * Start the servers.
	 * @param benchmarks the directory of the module
	 */
	Peers(Path benchmarks) throws IOException, InterruptedException, JOSEException {
		this.benchmarks = benchmarks;
		this.classes = benchmarks.resolve("target/classes").toAbsolutePath();
		this.token = Tokens.token();
		String ours = this.classes + File.pathSeparator + benchmarks.resolve("target/lib").toAbsolutePath()
				+ File.separator + "*";
		start(PLAIN, ours, PlainServer.class, Map.of());
		String auth = "grpc.patterns.server.auth.jwt.public-key-location";
		String location = this.key.getOrDefault("peer.key", "");
		start("grpc-patterns on net.devh", ours, PeerServer.class, Map.of(auth, location, "peer.meters", "true"));
		start("grpc-patterns on net.devh, without the log line", ours, PeerServer.class,
				Map.of(auth, location, "peer.meters", "true", "grpc.patterns.server.logging.enabled", "false"));
		start("Spring Boot 4.1's own gRPC, resource server, observations", peer("spring-grpc"), PeerServer.class,
				Map.of("peer.decoder", "true"));
		start("net.devh 3.1.0 on Boot 3.5, its own security and metrics", peer("net-devh"), PeerServer.class,
				Map.of("peer.decoder", "true", "peer.net-devh-security", "true"));
	}

	private void start(String name, String classPath, Class<?> main, Map<String, String> properties)
			throws IOException {
		Map<String, String> all = new HashMap<>(this.key);
		all.put("peer.port", String.valueOf(freePort()));
		all.putAll(properties);
		Peer peer = new Peer(name, new ForkedServer(classPath, main, all), this.token);
		this.peers.add(peer);
		if (!name.equals(PLAIN)) {
			peer.mustRefuse();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Resolve the dependencies of a pom in {@code peers}, once.
	 */
	private String peer(String name) throws IOException, InterruptedException {
		Path file = this.benchmarks.resolve("target/peers/" + name + ".classpath").toAbsolutePath();
		if (Files.notExists(file)) {
			String maven = this.benchmarks.resolve("../mvnw").toString();
			List<String> command = new ArrayList<>(List.of(maven, "--batch-mode", "-q", "-f",
					this.benchmarks.resolve("peers/" + name + ".xml").toString(), "dependency:build-classpath",
					"-Dmdep.outputFile=" + file));
			int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
			if (exit != 0) {
				throw new IOException(String.join(" ", command) + " ended with " + exit);
			}
		}
		return this.classes + File.pathSeparator + Files.readString(file).trim();
	}

	/**
	 * Measure.
	 * @return for each server its name, microseconds for a call, and the ratio to plain
	 */
	List<List<Object>> measure(int warmUpSeconds, int seconds, int rounds) throws InterruptedException {
		for (Peer peer : this.peers) {
			peer.micros(Duration.ofSeconds(warmUpSeconds));
		}
		List<List<Double>> micros = new ArrayList<>();
		List<List<Double>> ratios = new ArrayList<>();
		for (int round = 0; round < rounds; round++) {
			double plain = 0;
			for (int i = 0; i < this.peers.size(); i++) {
				if (round == 0) {
					micros.add(new ArrayList<>());
					ratios.add(new ArrayList<>());
				}
				double used = this.peers.get(i).micros(Duration.ofSeconds(seconds));
				plain = (i == 0) ? used : plain;
				micros.get(i).add(used);
				ratios.get(i).add(used / plain);
			}
		}
		List<List<Object>> rows = new ArrayList<>();
		for (int i = 0; i < this.peers.size(); i++) {
			rows.add(List.of(this.peers.get(i).name, RestOrGrpc.median(micros.get(i)),
					RestOrGrpc.median(ratios.get(i))));
		}
		return rows;
	}

	@Override
	public void close() {
		this.peers.forEach(Peer::close);
	}

	private static final class Peer {

		private final String name;

		private final ForkedServer server;

		private final String token;

		private final ManagedChannel channel;

		Peer(String name, ForkedServer server, String token) {
			this.name = name;
			this.server = server;
			this.token = token;
			this.channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
				.usePlaintext()
				.disableRetry()
				.directExecutor()
				.build();
		}

		/**
		 * Fail where the server does not check tokens.
		 */
		void mustRefuse() {
			Metadata headers = new Metadata();
			headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
					"Bearer " + this.token + "x");
			try {
				ClientCalls.blockingUnaryCall(
						ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
						BenchService.ECHO, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), PAYLOAD);
			}
			catch (StatusRuntimeException ex) {
				if (ex.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
					return;
				}
				throw ex;
			}
			throw new IllegalStateException(this.name + " takes a token with a bad signature");
		}

		double micros(Duration time) throws InterruptedException {
			Duration before = this.server.cpuTime();
			long calls = UnaryLoad.run(this.channel, BenchService.ECHO, PAYLOAD, this.token, UNDER_WAY, time).calls();
			return this.server.cpuTime().minus(before).toNanos() / 1e3 / calls;
		}

		void close() {
			this.channel.shutdownNow();
			this.server.close();
		}

	}

}
