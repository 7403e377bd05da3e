/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.grpcpatterns.benchmarks.chat.v1.ChatMessage;
import io.github.grpcpatterns.benchmarks.chat.v1.ChatServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A thousand clients of the sample's chat in ten rooms, without and with one that never
 * reads: how long a message takes to each of the others, the memory of the server, and
 * how the one that does not read ends.
 * <p>
 * In each room somebody speaks five times a second, and in the first two more do, ten
 * times a second, four thousand letters each. That is where the one is that does not
 * read; when it is sent away, it comes back. The clients are in this process and share
 * ten connections; the one that does not read has its own, as it would block those beside
 * it.
 */
public final class ChatRooms implements AutoCloseable {

	private static final int ROOMS = 10;

	private static final int CLIENTS = 1_000;

	private static final int CONNECTIONS = 10;

	/** Who speaks much in the first room, at half the rate that a stream may have. */
	private static final int LOUD = 2;

	private static final int WARM_UP_SECONDS = 10;

	private static final Duration START = Duration.ofMinutes(2);

	private final int grpcPort = freePort();

	private final int httpPort = freePort();

	private final Process server;

	private final HttpClient http = HttpClient.newHttpClient();

	private final Metadata headers = new Metadata();

	private final List<ManagedChannel> channels = new ArrayList<>();

	private final List<Client> clients = new ArrayList<>();

	private final ScheduledExecutorService speakers = Executors.newSingleThreadScheduledExecutor();

	private final Latencies latencies = new Latencies();

	private ChatRooms(Path jar) throws Exception {
		this.server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
				"-jar", jar.toString(), "--grpc.server.port=" + this.grpcPort, "--server.port=" + this.httpPort,
				"--logging.level.grpc.patterns.server=error")
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		await("the sample to start", START, () -> get("/actuator/health") != null);
		this.headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
				"Bearer " + get("/dev/token?subject=crowd"));
		for (int i = 0; i < CONNECTIONS; i++) {
			this.channels.add(channel());
		}
	}

	/**
	 * Measure, and print.
	 * @param args the sample's executable jar, how many rounds (2), how many seconds of
	 * each half of a round (40)
	 * @throws Exception if the sample does not start, or a client is sent away that reads
	 */
	public static void main(String[] args) throws Exception {
		int rounds = (args.length > 1) ? Integer.parseInt(args[1]) : 2;
		int seconds = (args.length > 2) ? Integer.parseInt(args[2]) : 40;
		System.out.println(String.join(", ", Machine.facts().values()));
		try (ChatRooms chat = new ChatRooms(Path.of(args[0]))) {
			chat.enter();
			TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
			System.out.println("round  never reads    messages      p50      p99      max   heap after GC  sent away");
			for (int round = 1; round <= rounds; round++) {
				chat.measure(round, seconds, false);
				chat.measure(round, seconds, true);
			}
		}
		System.exit(0);
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(String what, Duration atMost, BooleanSupplier done) throws InterruptedException {
		long start = System.nanoTime();
		while (!done.getAsBoolean()) {
			if (System.nanoTime() - start > atMost.toNanos()) {
				throw new IllegalStateException("waited in vain for " + what);
			}
			TimeUnit.MILLISECONDS.sleep(200);
		}
	}

	private @Nullable String get(String path) {
		try {
			HttpResponse<String> response = this.http
				.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.httpPort + path))
					.timeout(Duration.ofSeconds(5))
					.build(), HttpResponse.BodyHandlers.ofString());
			return (response.statusCode() == 200) ? response.body() : null;
		}
		catch (IOException ex) {
			return null;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
	}

	private ManagedChannel channel() {
		return NettyChannelBuilder.forAddress("127.0.0.1", this.grpcPort)
			.usePlaintext()
			.disableRetry()
			.directExecutor()
			.build();
	}

	/**
	 * Let everybody come in, and speak.
	 */
	private void enter() throws InterruptedException {
		for (int i = 0; i < CLIENTS; i++) {
			this.clients.add(new Client(this.channels.get(i % CONNECTIONS), i % ROOMS).enter(true));
		}
		for (int room = 0; room < ROOMS; room++) {
			speak(this.clients.get(room), 200, "x".repeat(200));
		}
		for (int i = 1; i <= LOUD; i++) {
			speak(this.clients.get(i * ROOMS), 100, "x".repeat(3_900));
		}
		await("a message to everybody", START,
				() -> this.clients.stream().skip(ROOMS).allMatch((client) -> client.heard > 0));
	}

	private void speak(Client speaker, int everyMillis, String filler) {
		this.speakers.scheduleAtFixedRate(() -> speaker.say(System.nanoTime() + " " + filler), everyMillis, everyMillis,
				TimeUnit.MILLISECONDS);
	}

	private void measure(int round, int seconds, boolean withOne) throws Exception {
		long before = sentAway();
		ManagedChannel own = channel();
		Client one = withOne ? new Client(own, 0).enter(false) : null;
		this.latencies.take();
		long seen = before;
		for (int second = 0; second < seconds; second++) {
			TimeUnit.SECONDS.sleep(1);
			if (one != null && sentAway() > seen) {
				seen = sentAway();
				one.leave(); // it does not read, and so does not hear of it
				one = new Client(own, 0).enter(false);
			}
		}
		long[] nanos = this.latencies.take();
		String heap = heap();
		if (one != null) {
			one.leave();
		}
		own.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
		System.out.printf("%5d  %-11s %,11d %5.1f ms %5.1f ms %5.0f ms  %14s  %9d%n", round, withOne ? "one" : "nobody",
				nanos.length, at(nanos, 0.5), at(nanos, 0.99), at(nanos, 1), heap, sentAway() - before);
	}

	/**
	 * Return how many streams the server has ended because their clients did not read.
	 */
	private long sentAway() {
		return Math.round(meter("grpc.patterns.server.stream.ended?tag=reason:slow_consumer"));
	}

	private double meter(String name) {
		String meter = get("/actuator/metrics/" + name);
		if (meter == null) {
			throw new IllegalStateException("the server has no meter " + name);
		}
		return Double.parseDouble(meter.replaceAll(".*?\"value\":([0-9.E]+).*", "$1"));
	}

	private static double at(long[] sorted, double share) {
		return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1e6;
	}

	/**
	 * Return what a full collection leaves.
	 */
	private String heap() throws IOException, InterruptedException {
		String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
		new ProcessBuilder(jcmd, String.valueOf(this.server.pid()), "GC.run").redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor();
		return "%.0f MiB".formatted(meter("jvm.memory.used?tag=area:heap") / (1 << 20));
	}

	@Override
	public void close() {
		this.speakers.shutdownNow();
		this.clients.forEach(Client::leave);
		this.channels.forEach(ManagedChannel::shutdownNow);
		this.server.destroy();
		try {
			if (!this.server.waitFor(30, TimeUnit.SECONDS)) {
				this.server.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Times from saying to hearing; both clocks are this process's.
	 */
	private static final class Latencies {

		private ConcurrentLinkedQueue<long[]> chunks = new ConcurrentLinkedQueue<>();

		private long[] chunk = new long[1 << 16];

		private int size;

		synchronized void add(long nanos) {
			if (this.size == this.chunk.length) {
				this.chunks.add(this.chunk);
				this.chunk = new long[1 << 16];
				this.size = 0;
			}
			this.chunk[this.size++] = nanos;
		}

		/**
		 * Return those since the last time, sorted.
		 */
		synchronized long[] take() {
			long[] all = new long[this.chunks.size() * this.chunk.length + this.size];
			int at = 0;
			for (long[] full : this.chunks) {
				System.arraycopy(full, 0, all, at, full.length);
				at += full.length;
			}
			System.arraycopy(this.chunk, 0, all, at, this.size);
			this.chunks.clear();
			this.size = 0;
			Arrays.sort(all);
			return all;
		}

	}

	/**
	 * A client in a room.
	 */
	private final class Client extends ClientCall.Listener<ChatMessage> {

		private final int room;

		private final ClientCall<ChatMessage, ChatMessage> call;

		private volatile long heard;

		private volatile boolean leaving;

		Client(ManagedChannel channel, int room) {
			this.room = room;
			this.call = channel.newCall(ChatServiceGrpc.getChatMethod(), CallOptions.DEFAULT);
		}

		Client enter(boolean reads) {
			Metadata headers = new Metadata();
			headers.merge(ChatRooms.this.headers);
			this.call.start(this, headers);
			if (reads) {
				this.call.request(Integer.MAX_VALUE);
			}
			say("");
			return this;
		}

		void say(String content) {
			this.call.sendMessage(ChatMessage.newBuilder().setRoomId("room " + this.room).setContent(content).build());
		}

		void leave() {
			this.leaving = true;
			this.call.cancel("seen enough", null);
		}

		@Override
		public void onMessage(ChatMessage message) {
			String content = message.getContent();
			ChatRooms.this.latencies
				.add(System.nanoTime() - Long.parseLong(content.substring(0, content.indexOf(' '))));
			this.heard++;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			if (!this.leaving) {
				System.err.println("a client was sent away: " + status);
				System.exit(1);
			}
		}

	}

}
