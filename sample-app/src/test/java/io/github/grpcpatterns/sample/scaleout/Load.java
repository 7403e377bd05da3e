/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.Channel;
import org.awaitility.Awaitility;

/**
 * Clients of both instances: they create products, chat and watch prices. Two of each
 * stream, so that both instances have one.
 */
final class Load implements AutoCloseable {

	private final Cluster cluster;

	private final LoadClient client;

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final ProductLoad products;

	private final List<ChatLoad> chats;

	private final List<PriceLoad> prices;

	private ProductLoad.Count count;

	Load(Cluster cluster) throws SQLException {
		this.cluster = cluster;
		this.client = new LoadClient(cluster.target());
		Channel channel = this.client.channel();
		String watched = ProductServiceGrpc.newBlockingStub(channel)
			.createProduct(
					CreateProductRequest.newBuilder().setName("watched").setPrice(10).setCategoryId("load").build())
			.getId();
		this.products = new ProductLoad(channel);
		this.chats = List.of(new ChatLoad(channel, this.scheduler), new ChatLoad(channel, this.scheduler));
		this.prices = List.of(new PriceLoad(channel, this.scheduler, watched),
				new PriceLoad(channel, this.scheduler, watched));
		this.count = this.products.count(cluster.jdbcUrl());
	}

	/**
	 * Let one instance end, look at what that does, and start it again.
	 * @param number the number of the round, which alternates between the instances
	 * @param kill whether it has no time to say good-bye
	 * @param again whether there is another round, for which the instance is started
	 */
	Round round(int number, boolean kill, boolean again) throws IOException, SQLException {
		Instance instance = this.cluster.instances().get((number - 1) % 2);
		goOnFor(100, 20);
		longest(gaps()); // from here on
		if (kill) {
			instance.kill();
		}
		else {
			instance.stop();
		}
		goOnFor(300, 40);
		Duration chatGap = longest(this.chats.stream().map(ChatLoad::gaps));
		Duration priceGap = longest(this.prices.stream().map(PriceLoad::gaps));
		if (again) {
			instance.restart();
			instance.await();
			// the client comes back when its back-off ends, after a dozen seconds perhaps
			long health = instance.calls();
			Awaitility.await("calls to " + instance)
				.atMost(Duration.ofMinutes(2))
				.until(() -> instance.calls() > health + 100);
		}
		this.count = this.products.count(this.cluster.jdbcUrl());
		return new Round(number, instance.name(), this.count.acknowledged(), this.count.lost(), this.count.doubled(),
				this.count.failed().size(), this.count.failedButStored(),
				this.chats.stream().mapToLong(ChatLoad::missed).sum(), chatGap, priceGap,
				this.prices.stream().mapToLong(PriceLoad::outOfOrder).sum());
	}

	private Stream<Gaps> gaps() {
		return Stream.concat(this.chats.stream().map(ChatLoad::gaps), this.prices.stream().map(PriceLoad::gaps));
	}

	private static Duration longest(Stream<Gaps> gaps) {
		return gaps.map(Gaps::longest).max(Duration::compareTo).orElseThrow();
	}

	/**
	 * Wait until so many products were created, and so many messages came on each stream.
	 */
	private void goOnFor(int products, int messages) {
		int before = this.products.acknowledged();
		List<Gaps> gaps = gaps().toList();
		List<Long> counts = gaps.stream().map((stream) -> stream.count() + messages).toList();
		Awaitility.await("the load goes on").atMost(Duration.ofMinutes(1)).until(() -> {
			boolean all = this.products.acknowledged() >= before + products;
			for (int i = 0; i < gaps.size(); i++) {
				all &= gaps.get(i).count() >= counts.get(i);
			}
			return all;
		});
	}

	/**
	 * Return how the calls failed that created no product for their client.
	 */
	Map<String, Integer> failures() {
		Map<String, Integer> failures = new TreeMap<>();
		this.count.failed().values().forEach((status) -> failures.merge(status, 1, Integer::sum));
		return failures;
	}

	@Override
	public void close() {
		this.products.close();
		this.chats.forEach(ChatLoad::stop);
		this.prices.forEach(PriceLoad::stop);
		this.scheduler.shutdownNow();
		this.client.close();
	}

}
