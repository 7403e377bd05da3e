/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;

import com.sun.management.OperatingSystemMXBean;

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

	static final List<String> PROTOCOLS = List.of("JSON over REST", "protobuf over gRPC");

	private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

	private final ForkedServer server;

	private final RestAndGrpcClients clients;

	RestOrGrpc(String classPath) throws IOException {
		this.server = new ForkedServer(classPath, RestAndGrpcServer.class, Map.of());
		this.clients = new RestAndGrpcClients(this.server.httpPort(), this.server.port());
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
				RestAndGrpcClients relayed = new RestAndGrpcClients(rest.port(), grpc.port())) {
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

}
