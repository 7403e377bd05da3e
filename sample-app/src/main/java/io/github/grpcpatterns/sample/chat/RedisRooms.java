package io.github.grpcpatterns.sample.chat;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.grpc.Status;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Rooms} that all instances share. What is said goes to Redis, and from there to
 * the rooms of each instance, of which it keeps those where somebody is. Redis remembers
 * nothing: while it is away nobody can say anything, and who tries is told so.
 */
final class RedisRooms implements Rooms, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RedisRooms.class);

	private static final byte[] CHANNEL = "sample:chat".getBytes(StandardCharsets.UTF_8);

	private final InMemoryRooms local = new InMemoryRooms();

	private final StatefulRedisConnection<byte[], byte[]> speaking;

	private final StatefulRedisPubSubConnection<byte[], byte[]> hearing;

	RedisRooms(RedisClient redis) {
		this.speaking = redis.connect(ByteArrayCodec.INSTANCE);
		this.hearing = redis.connectPubSub(ByteArrayCodec.INSTANCE);
		this.hearing.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(byte[] channel, byte[] message) {
				hear(message);
			}

		});
		this.hearing.sync().subscribe(CHANNEL);
	}

	private void hear(byte[] message) {
		try {
			this.local.say(ChatMessage.parseFrom(message));
		}
		catch (InvalidProtocolBufferException | RuntimeException ex) {
			logger.warn("A message from Redis could not be delivered", ex);
		}
	}

	@Override
	public void say(ChatMessage message) {
		try {
			this.speaking.sync().publish(CHANNEL, message.toByteArray());
		}
		catch (RedisException ex) {
			throw Status.UNAVAILABLE.withDescription("nobody can be reached right now")
				.withCause(ex)
				.asRuntimeException();
		}
	}

	@Override
	public Runnable enter(String room, Consumer<ChatMessage> heard) {
		return this.local.enter(room, heard);
	}

	@Override
	public void close() {
		this.hearing.close();
		this.speaking.close();
	}

}
