package io.github.grpcpatterns.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;

import com.sun.management.OperatingSystemMXBean;
import io.github.grpcpatterns.benchmarks.Messages.ClassifyResponseJson;
import io.github.grpcpatterns.benchmarks.Messages.PriceJson;
import io.github.grpcpatterns.benchmarks.v1.BenchmarksGrpc;
import io.github.grpcpatterns.benchmarks.v1.ClassifyRequest;
import io.github.grpcpatterns.benchmarks.v1.Price;
import io.github.grpcpatterns.benchmarks.v1.PriceRequest;
import io.github.grpcpatterns.benchmarks.v1.PricesRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * The same calls as JSON over HTTP/1.1, by Spring's {@code RestClient} on the JDK's
 * client, and as protobuf over gRPC, by a blocking stub, each on connections that are
 * kept. The server is another process, so that the processor time of each side is its
 * own.
 */
final class RestOrGrpc implements AutoCloseable {

	static final int MESSAGES = 10_000;

	private static final int ROUNDS = 3;

	private static final List<String> PROTOCOLS = List.of("JSON over REST", "protobuf over gRPC");

	private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

	private final ForkedServer server;

	private final Clients clients;

	RestOrGrpc(String classPath) throws IOException {
		this.server = new ForkedServer(classPath, RestAndGrpcServer.class, Map.of());
		this.clients = new Clients(this.server.httpPort(), this.server.port());
	}

	/**
	 * Return how large each message is.
	 */
	static List<List<Object>> sizes() throws IOException {
		List<List<Object>> rows = new ArrayList<>();
		for (String name : Messages.NAMES) {
			byte[] json = Messages.JSON.writeValueAsBytes(Messages.json(name));
			byte[] protobuf = Messages.protobuf(name).toByteArray();
			rows.add(List.of(name, json.length, protobuf.length, json.length / (double) protobuf.length, gzip(json),
					gzip(protobuf)));
		}
		return rows;
	}

	private static int gzip(byte[] bytes) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
			gzip.write(bytes);
		}
		return out.size();
	}

	/**
	 * Return the bytes of a classify call on a connection that has served many.
	 */
	List<List<Object>> wire() throws Exception {
		List<List<Object>> rows = new ArrayList<>();
		try (CountingRelay rest = new CountingRelay(this.server.httpPort());
				CountingRelay grpc = new CountingRelay(this.server.port());
				Clients relayed = new Clients(rest.port(), grpc.port())) {
			for (String protocol : PROTOCOLS) {
				CountingRelay relay = protocol.equals(PROTOCOLS.get(0)) ? rest : grpc;
				int calls = 1000;
				Runnable call = relayed.classify(protocol);
				call.run();
				call.run();
				long sent = relay.sent();
				long received = relay.received();
				for (int i = 0; i < calls; i++) {
					call.run();
				}
				rows.add(List.of(protocol, (relay.sent() - sent) / (double) calls,
						(relay.received() - received) / (double) calls));
			}
		}
		return rows;
	}

	/**
	 * Return what a classify call costs, medians of interleaved rounds.
	 */
	List<List<Object>> calls(double seconds) throws InterruptedException {
		for (String protocol : PROTOCOLS) {
			measure(this.clients.classify(protocol), 8, seconds * 2);
			measure(this.clients.classify(protocol), 32, seconds);
		}
		List<List<Object>> rows = new ArrayList<>();
		for (int callers : new int[] { 1, 8, 32 }) {
			Map<String, List<Calls>> rounds = new LinkedHashMap<>();
			for (int round = 0; round < ROUNDS; round++) {
				for (String protocol : PROTOCOLS) {
					rounds.computeIfAbsent(protocol, (key) -> new ArrayList<>())
						.add(measure(this.clients.classify(protocol), callers, seconds));
				}
			}
			rounds.forEach((protocol, measured) -> rows.add(List.of(callers, protocol, median(measured, 0),
					median(measured, 1), median(measured, 2), median(measured, 3), median(measured, 4))));
		}
		return rows;
	}

	private static double median(List<Calls> rounds, int figure) {
		return median(rounds.stream().map((calls) -> calls.figures()[figure]).toList());
	}

	static double median(List<Double> values) {
		List<Double> sorted = new ArrayList<>(values);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

	private Calls measure(Runnable call, int callers, double seconds) throws InterruptedException {
		List<long[]> times = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch ended = new CountDownLatch(callers);
		long server = this.server.cpuTime().toNanos();
		long client = this.process.getProcessCpuTime();
		long start = System.nanoTime();
		long end = start + (long) (seconds * 1e9);
		for (int i = 0; i < callers; i++) {
			new Thread(() -> {
				times.add(repeat(call, end));
				ended.countDown();
			}, "caller").start();
		}
		ended.await();
		long passed = System.nanoTime() - start;
		long[] sorted = times.stream().flatMapToLong(Arrays::stream).sorted().toArray();
		double n = sorted.length;
		return new Calls(n * 1e9 / passed, sorted[sorted.length / 2] / 1e3, sorted[(int) (sorted.length * 0.99)] / 1e3,
				(this.server.cpuTime().toNanos() - server) / n / 1e3,
				(this.process.getProcessCpuTime() - client) / n / 1e3);
	}

	private static long[] repeat(Runnable call, long end) {
		LongStream.Builder times = LongStream.builder();
		for (long start = System.nanoTime(); start < end;) {
			call.run();
			long now = System.nanoTime();
			times.add(now - start);
			start = now;
		}
		return times.build().toArray();
	}

	/**
	 * Return what ten thousand small messages cost, by one call each and by one call for
	 * all, medians of interleaved rounds.
	 */
	List<List<Object>> streaming(int messages, double seconds) {
		Map<String, Runnable> ways = new LinkedHashMap<>();
		ways.put("JSON, one call each", () -> {
			for (int i = 0; i < messages; i++) {
				this.clients.restPrice(i);
			}
		});
		ways.put("gRPC, one unary call each", () -> {
			for (int i = 0; i < messages; i++) {
				this.clients.grpcPrice(i);
			}
		});
		ways.put("JSON, one array", () -> this.clients.restPrices(messages));
		ways.put("gRPC, one server stream, blocking stub", () -> this.clients.grpcPrices(messages));
		ways.put("gRPC, one server stream, asynchronous stub", () -> this.clients.grpcPricesAsync(messages));
		List<List<Object>> rows = new ArrayList<>();
		Map<String, List<double[]>> rounds = new LinkedHashMap<>();
		for (int round = 0; round <= ROUNDS; round++) {
			for (Map.Entry<String, Runnable> way : ways.entrySet()) {
				long server = this.server.cpuTime().toNanos();
				long client = this.process.getProcessCpuTime();
				long start = System.nanoTime();
				int times = 0;
				do {
					way.getValue().run();
					times++;
				}
				while (System.nanoTime() - start < seconds * 1e9);
				if (round > 0) { // the first is for the compiler
					rounds.computeIfAbsent(way.getKey(), (key) -> new ArrayList<>())
						.add(new double[] { (System.nanoTime() - start) / 1e6 / times,
								(this.server.cpuTime().toNanos() - server) / 1e3 / times / messages,
								(this.process.getProcessCpuTime() - client) / 1e3 / times / messages });
				}
			}
		}
		rounds.forEach((way, measured) -> {
			List<Object> row = new ArrayList<>(List.of(way));
			for (int i = 0; i < 3; i++) {
				int figure = i;
				row.add(median(measured.stream().map((figures) -> figures[figure]).toList()));
			}
			rows.add(row);
		});
		return rows;
	}

	@Override
	public void close() {
		this.clients.close();
		this.server.close();
	}

	/**
	 * Calls per second, median and 99th percentile of their time, and processor time of
	 * server and client for each, in microseconds.
	 */
	private record Calls(double perSecond, double p50, double p99, double server, double client) {

		double[] figures() {
			return new double[] { this.perSecond, this.p50, this.p99, this.server, this.client };
		}

	}

	/**
	 * A client of each protocol.
	 */
	private static final class Clients implements AutoCloseable {

		private final RestClient rest;

		private final ManagedChannel channel;

		private final BenchmarksGrpc.BenchmarksBlockingStub grpc;

		Clients(int httpPort, int grpcPort) {
			HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
			this.rest = RestClient.builder()
				.requestFactory(new JdkClientHttpRequestFactory(http))
				.baseUrl("http://127.0.0.1:" + httpPort)
				.build();
			this.channel = NettyChannelBuilder.forAddress("127.0.0.1", grpcPort).usePlaintext().build();
			this.grpc = BenchmarksGrpc.newBlockingStub(this.channel);
		}

		Runnable classify(String protocol) {
			if (protocol.equals(PROTOCOLS.get(0))) {
				Object request = Messages.json("classify-request");
				return () -> some(
						this.rest.post().uri("/classify").body(request).retrieve().body(ClassifyResponseJson.class));
			}
			ClassifyRequest request = (ClassifyRequest) Messages.protobuf("classify-request");
			return () -> some(this.grpc.classify(request));
		}

		void restPrice(long sequence) {
			some(this.rest.get().uri("/prices/{sequence}", sequence).retrieve().body(PriceJson.class));
		}

		void grpcPrice(long sequence) {
			some(this.grpc.getPrice(PriceRequest.newBuilder().setSequence(sequence).build()));
		}

		void restPrices(int count) {
			PriceJson[] prices = some(
					this.rest.get().uri("/prices?count={count}", count).retrieve().body(PriceJson[].class));
			received(prices.length, count);
		}

		void grpcPrices(int count) {
			int received = 0;
			Iterator<Price> prices = this.grpc.listPrices(PricesRequest.newBuilder().setCount(count).build());
			while (prices.hasNext()) {
				prices.next();
				received++;
			}
			received(received, count);
		}

		void grpcPricesAsync(int count) {
			CompletableFuture<Integer> ended = new CompletableFuture<>();
			BenchmarksGrpc.newStub(this.channel)
				.listPrices(PricesRequest.newBuilder().setCount(count).build(), new StreamObserver<>() {

					private int received;

					@Override
					public void onNext(Price price) {
						this.received++;
					}

					@Override
					public void onError(Throwable ex) {
						ended.completeExceptionally(ex);
					}

					@Override
					public void onCompleted() {
						ended.complete(this.received);
					}

				});
			received(ended.join(), count);
		}

		private static void received(int messages, int count) {
			if (messages != count) {
				throw new IllegalStateException("received " + messages + " of " + count);
			}
		}

		private static <T> T some(@Nullable T answer) {
			if (answer == null) {
				throw new IllegalStateException("no answer");
			}
			return answer;
		}

		@Override
		public void close() {
			this.channel.shutdownNow();
		}

	}

}
