/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;

/**
 * {@link Rooms} within the process. A room exists as long as somebody is in it.
 */
final class InMemoryRooms implements Rooms {

	private final Map<String, Map<UUID, Consumer<ChatMessage>>> rooms = new ConcurrentHashMap<>();

	@Override
	public Place enter(String room, Consumer<ChatMessage> heard) {
		UUID place = UUID.randomUUID();
		enter(room, place, heard);
		return new Place() {

			@Override
			public void say(ChatMessage message) {
				InMemoryRooms.this.say(room, place, message);
			}

			@Override
			public void leave() {
				InMemoryRooms.this.leave(room, place);
			}

		};
	}

	void enter(String room, UUID place, Consumer<ChatMessage> heard) {
		this.rooms.compute(room, (key, places) -> {
			Map<UUID, Consumer<ChatMessage>> all = (places != null) ? places : new LinkedHashMap<>();
			all.put(place, heard);
			return all;
		});
	}

	/**
	 * Deliver a message to everybody in a room but its sender, who may be elsewhere.
	 */
	void say(String room, UUID sender, ChatMessage message) {
		// Within the lock of the room, so that everybody hears the same order
		this.rooms.computeIfPresent(room, (key, places) -> {
			places.forEach((place, heard) -> {
				if (!place.equals(sender)) {
					heard.accept(message);
				}
			});
			return places;
		});
	}

	void leave(String room, UUID place) {
		this.rooms.computeIfPresent(room, (key, places) -> {
			places.remove(place);
			return places.isEmpty() ? null : places;
		});
	}

	/**
	 * Return the number of places that are taken in a room.
	 */
	int present(String room) {
		int[] present = new int[1];
		this.rooms.computeIfPresent(room, (key, places) -> {
			present[0] = places.size();
			return places;
		});
		return present[0];
	}

}
