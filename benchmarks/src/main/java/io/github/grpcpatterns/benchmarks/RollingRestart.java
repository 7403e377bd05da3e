/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

/**
 * Restarts two instances in turn, each with SIGTERM, while clients without retries make
 * 200 calls a second each over both addresses, and counts the calls that are lost.
 * <p>
 * Two clients are grpc-java's, in this process: one with {@code round_robin}, and one
 * that asks for the health of each instance once a second and calls those that said that
 * they serve, as behind a proxy. More are commands, such as those in
 * {@code benchmarks/clients}: they get the two ports and the calls per second as
 * arguments, and print their result when their input ends.
 */
public final class RollingRestart {

	private static final int CALLS_PER_SECOND = 200;

	private static final int READY_SECONDS = 2;

	private RollingRestart() {
	}

	/**
	 * Measure, and print.
	 * @param args how many times both instances are restarted, the properties of an
	 * instance, separated by commas, and the commands of more clients
	 * @throws Exception if an instance or a client does not start
	 */
	public static void main(String[] args) throws Exception {
		int rounds = Integer.parseInt(args[0]);
		List<String> properties = List.of(args[1].split(","));
		int[] ports = { freePort(), freePort() };
		Instance[] instances = { new Instance(ports[0], properties), new Instance(ports[1], properties) };
		JavaClient roundRobin = new RoundRobinClient(ports);
		JavaClient polling = new PollingClient(ports);
		List<Child> clients = new ArrayList<>();
		for (String command : Arrays.copyOfRange(args, 2, args.length)) {
			clients.add(new Child(
					Arrays.asList((command + " " + ports[0] + " " + ports[1] + " " + CALLS_PER_SECOND).split(" "))));
		}
		awaitClients(instances, clients.size() + 2);
		for (int round = 1; round <= rounds; round++) {
			for (int i = 0; i < instances.length; i++) {
				instances[i].stop();
				instances[i] = new Instance(ports[i], properties);
				awaitClients(instances, clients.size() + 2);
			}
			System.out.printf("round %d: %s; %s%n", round, roundRobin, polling);
		}
		System.out.printf("grpc-java, round_robin: %s%n", roundRobin.stop());
		System.out.printf("grpc-java, polled health: %s%n", polling.stop());
		for (Child client : clients) {
			client.input.close();
			client.output.lines().forEach(System.out::println);
		}
		for (Instance instance : instances) {
			instance.stop();
		}
		System.exit(0);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Restart the next instance only when the last one is in use again and warm, as a
	 * rollout with {@code minReadySeconds} would.
	 */
	private static void awaitClients(Instance[] instances, int clients) throws Exception {
		for (Instance instance : instances) {
			while (instance.clients() < clients) {
				TimeUnit.MILLISECONDS.sleep(200);
			}
		}
		TimeUnit.SECONDS.sleep(READY_SECONDS);
	}

	/**
	 * Another process, which is asked by lines of its input.
	 */
	private static class Child {

		final Process process;

		final PrintStream input;

		final BufferedReader output;

		Child(List<String> command) throws IOException {
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			this.input = new PrintStream(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
			this.output = new BufferedReader(
					new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		}

	}

	private static final class Instance extends Child {

		Instance(int port, List<String> properties) throws IOException {
			super(command(port, properties));
			for (String line = this.output.readLine(); !"started".equals(line); line = this.output.readLine()) {
				if (line == null) {
					throw new IOException("an instance did not start");
				}
			}
		}

		private static List<String> command(int port, List<String> properties) {
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
							"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
							RollingRestartServer.class.getName(), "grpc.server.port=" + port));
			command.addAll(properties);
			return command;
		}

		int clients() throws IOException {
			this.input.println("clients");
			return Integer.parseInt(this.output.readLine());
		}

		void stop() throws InterruptedException {
			this.process.destroy();
			this.process.waitFor();
		}

	}

	/**
	 * A client of grpc-java, whose subclass chooses a channel for each call.
	 */
	private abstract static class JavaClient {

		private final Map<String, AtomicInteger> ends = new TreeMap<>();

		final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

		private int open;

		void start() {
			this.timer.scheduleAtFixedRate(this::call, 0, 1_000_000 / CALLS_PER_SECOND, TimeUnit.MICROSECONDS);
			this.timer.scheduleAtFixedRate(this::everySecond, 0, 1, TimeUnit.SECONDS);
		}

		abstract Channel channel();

		abstract void everySecond();

		private void call() {
			synchronized (this) {
				this.open++;
			}
			ClientCalls.asyncUnaryCall(channel().newCall(RollingRestartServer.CALL, CallOptions.DEFAULT), new byte[0],
					new StreamObserver<byte[]>() {

						@Override
						public void onNext(byte[] response) {
						}

						@Override
						public void onError(Throwable ex) {
							Status status = Status.fromThrowable(ex);
							end(status.getCode() + ": " + status.getDescription());
						}

						@Override
						public void onCompleted() {
							end("OK");
						}

					});
		}

		private synchronized void end(String how) {
			this.open--;
			this.ends.computeIfAbsent(how.replaceAll("[:/.0-9]*:[0-9]+", "..."), (key) -> new AtomicInteger())
				.incrementAndGet();
			notifyAll();
		}

		synchronized String stop() throws InterruptedException {
			this.timer.shutdown();
			while (this.open > 0) {
				wait();
			}
			return toString();
		}

		@Override
		public synchronized String toString() {
			return this.ends.entrySet()
				.stream()
				.map((end) -> end.getValue() + " " + end.getKey())
				.collect(Collectors.joining(", "));
		}

	}

	private static final class RoundRobinClient extends JavaClient {

		private final ManagedChannel channel;

		RoundRobinClient(int[] ports) {
			NameResolverRegistry.getDefaultRegistry().register(new Addresses(ports));
			this.channel = NettyChannelBuilder.forTarget("instances:///both")
				.usePlaintext()
				.defaultLoadBalancingPolicy("round_robin")
				.disableRetry()
				.build();
			start();
		}

		@Override
		Channel channel() {
			return this.channel;
		}

		/**
		 * grpc-java waits longer than an instance needs to restart.
		 */
		@Override
		void everySecond() {
			this.channel.resetConnectBackoff();
		}

	}

	private static final class PollingClient extends JavaClient {

		private final List<ManagedChannel> channels;

		private final Set<ManagedChannel> serving = ConcurrentHashMap.newKeySet();

		private int next;

		PollingClient(int[] ports) {
			this.channels = Arrays.stream(ports)
				.mapToObj((port) -> NettyChannelBuilder.forAddress("127.0.0.1", port)
					.usePlaintext()
					.disableRetry()
					.build())
				.toList();
			this.serving.addAll(this.channels);
			start();
		}

		@Override
		Channel channel() {
			for (int i = 0; i < this.channels.size(); i++) {
				ManagedChannel channel = this.channels.get(this.next++ % this.channels.size());
				if (this.serving.contains(channel)) {
					return channel;
				}
			}
			return this.channels.get(0);
		}

		@Override
		void everySecond() {
			for (ManagedChannel channel : this.channels) {
				channel.resetConnectBackoff();
				HealthGrpc.newStub(channel)
					.withDeadlineAfter(500, TimeUnit.MILLISECONDS)
					.check(HealthCheckRequest.getDefaultInstance(), new StreamObserver<>() {

						@Override
						public void onNext(HealthCheckResponse response) {
							if (response.getStatus() == ServingStatus.SERVING) {
								PollingClient.this.serving.add(channel);
							}
							else {
								PollingClient.this.serving.remove(channel);
							}
						}

						@Override
						public void onError(Throwable ex) {
							PollingClient.this.serving.remove(channel);
						}

						@Override
						public void onCompleted() {
						}

					});
			}
		}

	}

	/**
	 * Resolves every name to the two instances.
	 */
	private static final class Addresses extends NameResolverProvider {

		private final List<EquivalentAddressGroup> addresses;

		Addresses(int[] ports) {
			this.addresses = Arrays.stream(ports)
				.mapToObj(
						(port) -> new EquivalentAddressGroup((SocketAddress) new InetSocketAddress("127.0.0.1", port)))
				.toList();
		}

		@Override
		public NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return new NameResolver() {

				@Override
				public void start(Listener2 listener) {
					listener.onResult(ResolutionResult.newBuilder()
						.setAddressesOrError(StatusOr.fromValue(Addresses.this.addresses))
						.build());
				}

				@Override
				public String getServiceAuthority() {
					return "instances";
				}

				@Override
				public void shutdown() {
				}

			};
		}

		@Override
		public String getDefaultScheme() {
			return "instances";
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 1;
		}

	}

}
