package io.github.grpcpatterns.sample.chat;

import java.util.List;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.Conversation;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.github.grpcpatterns.sample.redis.RedisExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChatGrpcService}, with the whole application over the network.
 */
class ChatGrpcServiceTests {

	private static SampleInstance instance;

	@RegisterExtension
	private final RedisExtension redis = new RedisExtension();

	@BeforeAll
	static void start() {
		instance = SampleInstance.start("grpc.patterns.server.stream.overrides[0].methods=chat.v1.ChatService/Chat",
				"grpc.patterns.server.stream.overrides[0].inbound-rate=1000");
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void everybodyInARoomHearsTheSameInTheSameOrder() {
		Conversation<ChatMessage, ChatMessage> alice = enter(instance, "alice", "lobby");
		Conversation<ChatMessage, ChatMessage> bob = enter(instance, "bob", "lobby");
		for (int i = 0; i < 50; i++) {
			alice.send(message("lobby", "a" + i));
			bob.send(message("lobby", "b" + i));
		}
		Awaitility.await().until(() -> contents(alice).contains("b49") && contents(alice).contains("a49"));
		Awaitility.await().until(() -> contents(bob).contains("b49") && contents(bob).contains("a49"));
		assertThat(contents(alice)).endsWith(contents(bob).toArray(String[]::new)); // bob
																					// came
																					// later
		alice.complete();
		bob.complete();
	}

	@Test
	void whoSpeaksIsWhoseTokenItIs() {
		long before = System.currentTimeMillis();
		Conversation<ChatMessage, ChatMessage> mallory = enter(instance, "mallory", "masks");
		ChatMessage heard = mallory.ask(message("masks", "it is me").toBuilder().setUserId("alice").build());
		assertThat(heard.getUserId()).isEqualTo("mallory");
		assertThat(heard.getTimestamp()).isBetween(before, System.currentTimeMillis());
		mallory.complete();
	}

	@Test
	void roomsAreApartAndWhoHasLeftHearsNothing() {
		InMemoryRooms rooms = instance.bean(InMemoryRooms.class);
		Conversation<ChatMessage, ChatMessage> alice = enter(instance, "alice", "one");
		Conversation<ChatMessage, ChatMessage> bob = enter(instance, "bob", "two");
		alice.ask(message("one", "hello"));
		bob.ask(message("two", "anybody?"));
		assertThat(contents(bob)).doesNotContain("hello");
		bob.ask(message("one", "here I am"));
		Awaitility.await().until(() -> contents(alice).contains("here I am"));
		bob.cancel();
		Awaitility.await().until(() -> !rooms.exists("two"));
		assertThat(rooms.exists("one")).isTrue();
		alice.complete();
		Awaitility.await().until(() -> !rooms.exists("one"));
	}

	@Test
	void aStreamMayNotBeInAnyNumberOfRooms() {
		Conversation<ChatMessage, ChatMessage> alice = new Conversation<>(
				ChatServiceGrpc.newStub(instance.channel("alice"))::chat);
		for (int i = 0; i <= ChatStream.MAX_ROOMS; i++) {
			alice.send(message("room-" + i, ""));
		}
		assertThat(GrpcErrors.from(alice.failure()).reason()).isEqualTo("INVALID_REQUEST");
		Awaitility.await().until(() -> !instance.bean(InMemoryRooms.class).exists("room-0"));
	}

	@Test
	void withRedisRoomsReachAcrossInstances() {
		String[] properties = { "spring.profiles.active=redis", this.redis.url(), "sample.prices.interval=0" };
		try (SampleInstance one = SampleInstance.start(properties);
				SampleInstance other = SampleInstance.start(properties)) {
			Conversation<ChatMessage, ChatMessage> alice = enter(one, "alice", "lobby");
			Conversation<ChatMessage, ChatMessage> bob = enter(other, "bob", "lobby");
			bob.send(message("lobby", "from afar"));
			Awaitility.await()
				.until(() -> contents(alice).contains("from afar") && contents(bob).contains("from afar"));
			this.redis.stop();
			assertThat(GrpcErrors.from(bob.send(message("lobby", "hello?")).failure()).description())
				.isEqualTo("nobody can be reached right now");
			this.redis.start();
			Conversation<ChatMessage, ChatMessage> carol = Awaitility.await()
				.ignoreExceptions()
				.until(() -> enter(other, "carol", "lobby"), (entered) -> true);
			carol.send(message("lobby", "back again"));
			Awaitility.await().until(() -> contents(alice).contains("back again"));
		}
	}

	/**
	 * Enter a room, and be sure to be in it.
	 */
	private static Conversation<ChatMessage, ChatMessage> enter(SampleInstance instance, String user, String room) {
		Conversation<ChatMessage, ChatMessage> chat = new Conversation<>(
				ChatServiceGrpc.newStub(instance.channel(user))::chat);
		chat.ask(message(room, user + " enters"));
		return chat;
	}

	private static ChatMessage message(String room, String content) {
		return ChatMessage.newBuilder().setRoomId(room).setContent(content).build();
	}

	private static List<String> contents(Conversation<ChatMessage, ChatMessage> chat) {
		return chat.received.messages.stream().map(ChatMessage::getContent).toList();
	}

}
