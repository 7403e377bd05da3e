/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import java.util.function.Consumer;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;

/**
 * Carries messages between the streams in a room. Implementations are safe for use by
 * several threads and never block for long.
 */
interface Rooms {

	/**
	 * Enter a room.
	 * @param room the room, which need not exist
	 * @param heard receives what the others say there from now on, one message at a time
	 * and in the same order for everybody; must neither block nor throw
	 * @return the place in the room
	 */
	Place enter(String room, Consumer<ChatMessage> heard);

	/**
	 * A stream's place in a room.
	 */
	interface Place {

		/**
		 * Send a message to every other place in the room, in any instance.
		 * @param message the message
		 */
		void say(ChatMessage message);

		/**
		 * Leave the room. Leaving twice does nothing.
		 */
		void leave();

	}

}
