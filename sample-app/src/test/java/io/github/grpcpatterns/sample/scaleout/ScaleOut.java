/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.demo.ClientDemo;

/**
 * The program behind {@code sample-app/scale-out/run}.
 */
public final class ScaleOut {

	private static final String USAGE = """
			usage: run                 two instances, and the demo client over both; Ctrl-C ends them
			       run kill [TIMES]    under load, kill one and start it again (default 1)
			       run stop [TIMES]    the same with SIGTERM
			""";

	private ScaleOut() {
	}

	public static void main(String[] args) throws Exception {
		String command = (args.length > 0) ? args[0] : "demo";
		switch (command) {
			case "demo" -> System.exit(demo());
			case "kill", "stop" -> System.exit(rounds(command, (args.length > 1) ? Integer.parseInt(args[1]) : 1));
			default -> {
				System.err.print(USAGE);
				System.exit(2);
			}
		}
	}

	private static int demo() throws Exception {
		System.out.println("Starting PostgreSQL, Redis and two instances of the sample");
		try (Cluster cluster = closedAtTheEnd(Cluster.start())) {
			System.out.println(cluster);
			Instance first = cluster.instances().get(0);
			int status = ClientDemo.run(System.out, "--grpc.client.sample.address=" + cluster.target(),
					"--sample.demo.token=" + SampleInstance.token("demo"),
					"--sample.demo.token-url=" + first.page() + "/dev/token");
			for (Instance instance : cluster.instances()) {
				System.out.println(instance + " answered " + instance.calls() + " unary calls");
			}
			if (status != 0) {
				return status;
			}
			System.out.println("A token: " + SampleInstance.token("you"));
			System.out.println("Ctrl-C ends everything.");
			new CountDownLatch(1).await();
			return 0;
		}
	}

	private static int rounds(String how, int times) throws Exception {
		System.out.println("Starting PostgreSQL, Redis and two instances of the sample");
		try (Cluster cluster = closedAtTheEnd(Cluster.start("--sample.prices.interval=100ms"));
				Load load = new Load(cluster)) {
			System.out.println(cluster);
			System.out.println(Round.HEADER);
			boolean good = true;
			for (int i = 1; i <= times; i++) {
				Round round = load.round(i, how.equals("kill"), i < times);
				System.out.println(round);
				good &= round.good();
			}
			load.failures().forEach((status, count) -> System.out.println(count + " x " + status));
			return good ? 0 : 1;
		}
	}

	private static Cluster closedAtTheEnd(Cluster cluster) {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			try {
				cluster.close();
			}
			catch (IOException ex) {
				System.err.println("The databases were not stopped: " + ex);
			}
		}));
		return cluster;
	}

}
