/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;

/**
 * Creates products, about a hundred a second, each with a name of its own. It repeats
 * nothing by itself: what to create again after an error is for a person to decide.
 */
final class ProductLoad implements AutoCloseable {

	private static final int THREADS = 4;

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(40);

	private final ProductServiceGrpc.ProductServiceBlockingStub products;

	private final String prefix = "load-" + System.nanoTime() + "-";

	private final AtomicLong next = new AtomicLong();

	private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

	private final Map<String, String> failed = new ConcurrentHashMap<>();

	private final Thread[] threads = new Thread[THREADS];

	private volatile boolean over;

	ProductLoad(Channel channel) {
		this.products = ProductServiceGrpc.newBlockingStub(channel);
		for (int i = 0; i < THREADS; i++) {
			this.threads[i] = new Thread(this::create, "product-load-" + i);
			this.threads[i].start();
		}
	}

	private void create() {
		while (!this.over) {
			String name = this.prefix + this.next.incrementAndGet();
			try {
				this.products.createProduct(
						CreateProductRequest.newBuilder().setName(name).setPrice(1).setCategoryId("load").build());
				this.acknowledged.add(name);
			}
			catch (StatusRuntimeException ex) {
				this.failed.put(name, ex.getStatus().getCode() + ": " + ex.getStatus().getDescription());
			}
			LockSupport.parkNanos(PAUSE);
		}
	}

	int acknowledged() {
		return this.acknowledged.size();
	}

	/**
	 * Compare what the clients know with what is in the database.
	 */
	Count count(String jdbcUrl) throws SQLException {
		Set<String> acknowledged = Set.copyOf(this.acknowledged);
		Map<String, String> failed = Map.copyOf(this.failed);
		Map<String, Integer> stored = stored(jdbcUrl);
		long lost = acknowledged.stream().filter((name) -> !stored.containsKey(name)).count();
		long doubled = stored.values().stream().filter((rows) -> rows > 1).count();
		long failedButStored = failed.keySet().stream().filter(stored::containsKey).count();
		return new Count(acknowledged.size(), lost, doubled, failed, failedButStored);
	}

	private Map<String, Integer> stored(String jdbcUrl) throws SQLException {
		Map<String, Integer> stored = new HashMap<>();
		try (Connection connection = DriverManager.getConnection(jdbcUrl);
				PreparedStatement query = connection
					.prepareStatement("select name, count(*) from stored_product where name like ? group by name")) {
			query.setString(1, this.prefix + "%");
			try (ResultSet rows = query.executeQuery()) {
				while (rows.next()) {
					stored.put(rows.getString(1), rows.getInt(2));
				}
			}
		}
		return stored;
	}

	@Override
	public void close() {
		this.over = true;
		for (Thread thread : this.threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * What became of the products so far.
	 *
	 * @param acknowledged how many the client knows to be stored
	 * @param lost how many of them are not
	 * @param doubled how many are stored more than once
	 * @param failed those whose calls failed, with the status
	 * @param failedButStored how many of them are stored all the same: the answer was
	 * lost, not the product
	 */
	record Count(int acknowledged, long lost, long doubled, Map<String, String> failed, long failedButStored) {
	}

}
