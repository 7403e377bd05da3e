/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link PriceFeed} that all instances share through a stream in Redis. It numbers the
 * changes and keeps the last of them, so a client may resume at any instance. Each
 * instance reads the stream in one thread, and passes on what comes from its own memory.
 * <p>
 * While Redis is away no price moves. If it comes back empty numbers go on with the time,
 * which is ahead of them.
 */
final class RedisPriceFeed implements PriceFeed, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RedisPriceFeed.class);

	// In one slot of a cluster
	private static final String STREAM = "sample:{prices}:changes";

	private static final String TURN = "sample:{prices}:turn";

	/** In one step, or two instances could add their changes in the wrong order. */
	private static final String ADD = """
			local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
			local now = redis.call('TIME')
			local number = math.floor(now[1] * 1000 + now[2] / 1000) * ARGV[1]
			if last then
				number = math.max(number, tonumber(string.match(last[1], '^%d+')) + ARGV[1])
			end
			local id = string.format('%.0f-0', number)
			redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id,
				'product', ARGV[3], 'amount', ARGV[4], 'since', ARGV[5])
			return id
			""";

	private static final Duration BLOCK = Duration.ofSeconds(1);

	private static final Duration PAUSE = Duration.ofMillis(500);

	private final InMemoryPriceFeed local;

	private final StatefulRedisConnection<String, String> connection;

	// One of its own, as reading blocks it
	private final StatefulRedisConnection<String, String> reading;

	private final Duration turn;

	private final CountDownLatch closed = new CountDownLatch(1);

	/**
	 * Create a feed and begin to read.
	 * @param redis where the stream is
	 * @param interval time between two movements of a price, over all instances
	 */
	RedisPriceFeed(RedisClient redis, Duration interval) {
		this.connection = redis.connect();
		this.reading = redis.connect();
		this.reading.setTimeout(BLOCK.multipliedBy(5));
		this.local = new InMemoryPriceFeed(start(this.connection.sync()));
		// A little less, so that who had the last turn may have the next
		this.turn = interval.minus(interval.dividedBy(10));
		Thread thread = new Thread(this::read, "price-reader");
		thread.setDaemon(true);
		thread.start();
	}

	// What went before the first change that is still there is forgotten
	private static long start(RedisCommands<String, String> commands) {
		List<StreamMessage<String, String>> first = commands.xrange(STREAM, Range.unbounded(), Limit.from(1));
		return first.isEmpty() ? 0 : number(first.get(0)) - 1;
	}

	@Override
	public void publish(Price price) {
		this.connection.sync()
			.eval(ADD, ScriptOutputType.VALUE, new String[] { STREAM }, String.valueOf(InMemoryPriceFeed.STEP),
					String.valueOf(InMemoryPriceFeed.MAX_HISTORY), price.productId(), price.amount().toPlainString(),
					price.since().toString());
	}

	@Override
	public Set<String> watched() {
		return this.local.watched();
	}

	@Override
	public boolean takeTurn() {
		try {
			SetArgs once = SetArgs.Builder.nx().px(Math.max(1, this.turn.toMillis()));
			return this.connection.sync().set(TURN, "taken", once) != null;
		}
		catch (RedisException ex) {
			logger.debug("No price moves", ex);
			return false;
		}
	}

	@Override
	public PriceWatch watch(Runnable onPrice) {
		return new SharedWatch(this.local.watch(onPrice));
	}

	private void read() {
		boolean working = true;
		while (this.closed.getCount() > 0) {
			try {
				deliverNext(this.reading.sync(), XReadArgs.Builder.block(BLOCK).count(1_000));
				if (!working) {
					logger.info("Redis is back, prices move again");
				}
				working = true;
			}
			catch (RuntimeException ex) {
				if (working && this.closed.getCount() > 0) {
					logger.warn("No price moves while Redis does not answer: {}", ex.toString());
				}
				working = false;
				pause();
			}
		}
	}

	private void pause() {
		try {
			this.closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.closed.countDown();
		}
	}

	@SuppressWarnings("unchecked") // one StreamOffset of many, which is no array of ours
	private void deliverNext(RedisCommands<String, String> commands, XReadArgs arguments) {
		String last = this.local.sequence() + "-0";
		for (StreamMessage<String, String> message : commands.xread(arguments, StreamOffset.from(STREAM, last))) {
			this.local.deliver(change(message));
		}
	}

	private static NumberedPrice change(StreamMessage<String, String> message) {
		Map<String, String> body = message.getBody();
		String product = Objects.requireNonNull(body.get("product"));
		return new NumberedPrice(number(message),
				new Price(product, new BigDecimal(body.get("amount")), Instant.parse(body.get("since"))));
	}

	private static long number(StreamMessage<String, String> message) {
		return Long.parseLong(message.getId(), 0, message.getId().indexOf('-'), 10);
	}

	@Override
	public void close() {
		this.closed.countDown();
		this.reading.close();
		this.connection.close();
	}

	/**
	 * A watch whose client may have seen changes elsewhere that did not arrive here yet.
	 */
	private final class SharedWatch implements PriceWatch {

		private final PriceWatch watch;

		SharedWatch(PriceWatch watch) {
			this.watch = watch;
		}

		@Override
		public Set<String> add(Collection<String> productIds) {
			return this.watch.add(productIds);
		}

		@Override
		public void answer(Collection<Price> current, long afterSequence) {
			if (afterSequence >= RedisPriceFeed.this.local.sequence() + InMemoryPriceFeed.STEP) {
				catchUp();
			}
			this.watch.answer(current, afterSequence);
		}

		private void catchUp() {
			try {
				deliverNext(RedisPriceFeed.this.connection.sync(),
						XReadArgs.Builder.count(InMemoryPriceFeed.MAX_HISTORY));
			}
			catch (RedisException ex) {
				logger.debug("Answered without the latest changes", ex);
			}
		}

		@Override
		public int size() {
			return this.watch.size();
		}

		@Override
		public @Nullable NumberedPrice poll() {
			return this.watch.poll();
		}

		@Override
		public void close() {
			this.watch.close();
		}

	}

}
