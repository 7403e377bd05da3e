/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
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
	void everybodyElseInARoomHearsTheSameInTheSameOrder() {
		Conversation<ChatMessage, ChatMessage> alice = enter(instance, "alice", "lobby");
		Conversation<ChatMessage, ChatMessage> bob = enter(instance, "bob", "lobby");
		Conversation<ChatMessage, ChatMessage> carol = enter(instance, "carol", "lobby");
		Conversation<ChatMessage, ChatMessage> dave = enter(instance, "dave", "lobby");
		for (int i = 0; i < 50; i++) {
			alice.send(message("lobby", "a" + i));
			bob.send(message("lobby", "b" + i));
		}
		Awaitility.await().until(() -> contents(carol).size() == 100 && contents(dave).size() == 100);
		assertThat(contents(carol)).containsExactlyElementsOf(contents(dave));
		alice.complete();
		bob.complete();
		assertThat(contents(alice)).hasSize(50).allMatch((content) -> content.startsWith("b"));
		assertThat(contents(bob)).hasSize(50).allMatch((content) -> content.startsWith("a"));
		carol.complete();
		dave.complete();
	}

	@Test
	void aMessageDoesNotComeBackToItsStreamButToAnotherOneOfTheSameUser() {
		Conversation<ChatMessage, ChatMessage> phone = enter(instance, "alice", "home");
		Conversation<ChatMessage, ChatMessage> desk = enter(instance, "alice", "home");
		assertThat(ask(phone, desk, message("home", "from the phone")).getUserId()).isEqualTo("alice");
		phone.complete();
		desk.complete();
		assertThat(contents(phone)).isEmpty();
	}

	@Test
	void theSenderIsTheCallerOfTheToken() {
		long before = System.currentTimeMillis();
		Conversation<ChatMessage, ChatMessage> mallory = enter(instance, "mallory", "masks");
		Conversation<ChatMessage, ChatMessage> bob = enter(instance, "bob", "masks");
		ChatMessage heard = ask(mallory, bob, message("masks", "it is me").toBuilder().setUserId("alice").build());
		assertThat(heard.getUserId()).isEqualTo("mallory");
		assertThat(heard.getTimestamp()).isBetween(before, System.currentTimeMillis());
		mallory.complete();
		bob.complete();
	}

	@Test
	void aStreamIsInTheRoomOfItsLastMessage() {
		InMemoryRooms rooms = instance.bean(InMemoryRooms.class);
		Conversation<ChatMessage, ChatMessage> alice = enter(instance, "alice", "one");
		Conversation<ChatMessage, ChatMessage> bob = enter(instance, "bob", "two");
		ask(bob, alice, message("one", "here I am"));
		assertThat(rooms.present("two")).isZero();
		ask(alice, bob, message("one", "welcome"));
		alice.send(message("two", "over here"));
		Awaitility.await().until(() -> rooms.present("two") == 1);
		bob.send(message("one", "who is left?"));
		bob.complete();
		alice.complete();
		assertThat(contents(alice)).containsExactly("here I am");
		assertThat(contents(bob)).containsExactly("welcome");
		Awaitility.await().until(() -> rooms.present("one") == 0 && rooms.present("two") == 0);
	}

	@Test
	void aClientThatIsGoneHasLeft() {
		InMemoryRooms rooms = instance.bean(InMemoryRooms.class);
		Conversation<ChatMessage, ChatMessage> alice = enter(instance, "alice", "three");
		alice.cancel();
		Awaitility.await().until(() -> rooms.present("three") == 0);
	}

	@Test
	void withRedisRoomsReachAcrossInstances() {
		String[] properties = { "spring.profiles.active=redis", this.redis.url(), "sample.prices.interval=0" };
		try (SampleInstance one = SampleInstance.start(properties);
				SampleInstance other = SampleInstance.start(properties)) {
			Conversation<ChatMessage, ChatMessage> alice = enter(one, "alice", "lobby");
			Conversation<ChatMessage, ChatMessage> bob = enter(other, "bob", "lobby");
			assertThat(ask(bob, alice, message("lobby", "from afar")).getUserId()).isEqualTo("bob");
			assertThat(ask(alice, bob, message("lobby", "hello")).getUserId()).isEqualTo("alice");
			assertThat(contents(bob)).containsExactly("hello");
			this.redis.stop();
			assertThat(GrpcErrors.from(bob.send(message("lobby", "hello?")).failure()).description())
				.isEqualTo("nobody can be reached right now");
			this.redis.start();
			Awaitility.await().ignoreExceptions().until(() -> {
				Conversation<ChatMessage, ChatMessage> carol = enter(other, "carol", "lobby");
				carol.send(message("lobby", "back again"));
				carol.complete();
				return contents(alice).contains("back again");
			});
		}
	}

	/**
	 * Enter a room, and be sure to be in it.
	 */
	private static Conversation<ChatMessage, ChatMessage> enter(SampleInstance instance, String user, String room) {
		Rooms rooms = instance.bean(Rooms.class);
		int before = present(rooms, room);
		Conversation<ChatMessage, ChatMessage> chat = new Conversation<>(
				ChatServiceGrpc.newStub(instance.channel(user))::chat);
		chat.send(message(room, ""));
		Awaitility.await().until(() -> present(rooms, room) > before);
		return chat;
	}

	private static int present(Rooms rooms, String room) {
		return (rooms instanceof RedisRooms redis) ? redis.present(room) : ((InMemoryRooms) rooms).present(room);
	}

	/**
	 * Say something and wait until somebody else hears it.
	 */
	private static ChatMessage ask(Conversation<ChatMessage, ChatMessage> speaker,
			Conversation<ChatMessage, ChatMessage> listener, ChatMessage message) {
		int before = listener.received.messages.size();
		speaker.send(message);
		Awaitility.await().until(() -> listener.received.messages.size() > before);
		return listener.received.messages.get(before);
	}

	private static ChatMessage message(String room, String content) {
		return ChatMessage.newBuilder().setRoomId(room).setContent(content).build();
	}

	private static List<String> contents(Conversation<ChatMessage, ChatMessage> chat) {
		return chat.received.messages.stream().map(ChatMessage::getContent).toList();
	}

}
