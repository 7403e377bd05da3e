/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
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
 * {@link Rooms} that all instances share. A message goes to Redis behind the place of its
 * sender, and from there to the rooms of each instance, which keeps those where somebody
 * is. Redis remembers nothing: while it is away nobody can say anything, and whoever
 * tries gets {@code UNAVAILABLE}.
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

	private void hear(byte[] published) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(published);
			UUID sender = new UUID(bytes.getLong(), bytes.getLong());
			ChatMessage message = ChatMessage.parseFrom(bytes);
			this.local.say(message.getRoomId(), sender, message);
		}
		catch (InvalidProtocolBufferException | RuntimeException ex) {
			logger.warn("A message from Redis could not be delivered", ex);
		}
	}

	@Override
	public Place enter(String room, Consumer<ChatMessage> heard) {
		UUID place = UUID.randomUUID();
		this.local.enter(room, place, heard);
		return new Place() {

			@Override
			public void say(ChatMessage message) {
				publish(place, message);
			}

			@Override
			public void leave() {
				RedisRooms.this.local.leave(room, place);
			}

		};
	}

	private void publish(UUID sender, ChatMessage message) {
		byte[] published = ByteBuffer.allocate(2 * Long.BYTES + message.getSerializedSize())
			.putLong(sender.getMostSignificantBits())
			.putLong(sender.getLeastSignificantBits())
			.put(message.toByteArray())
			.array();
		try {
			this.speaking.sync().publish(CHANNEL, published);
		}
		catch (RedisException ex) {
			throw Status.UNAVAILABLE.withDescription("nobody can be reached right now")
				.withCause(ex)
				.asRuntimeException();
		}
	}

	/**
	 * Return the number of places that are taken in a room in this instance.
	 */
	int present(String room) {
		return this.local.present(room);
	}

	@Override
	public void close() {
		this.hearing.close();
		this.speaking.close();
	}

}
