package io.github.grpcpatterns.sample.chat;

import java.util.function.Consumer;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;

/**
 * Carries what is said in a room to everybody in it. Implementations are safe for use by
 * several threads and never block for long.
 */
interface Rooms {

	/**
	 * Say something to everybody in a room, the speaker too.
	 * @param message what is said, and where
	 */
	void say(ChatMessage message);

	/**
	 * Enter a room.
	 * @param room the room, which needs not exist
	 * @param heard told what is said there from now on, one message at a time and in the
	 * same order for everybody; must neither block nor throw
	 * @return leaves the room
	 */
	Runnable enter(String room, Consumer<ChatMessage> heard);

}
