package io.github.grpcpatterns.sample.chat;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;

/**
 * {@link Rooms} within the process. A room exists as long as somebody is in it.
 */
final class InMemoryRooms implements Rooms {

	private final Map<String, Set<Consumer<ChatMessage>>> rooms = new ConcurrentHashMap<>();

	@Override
	public void say(ChatMessage message) {
		// Within the lock of the room, so that everybody hears the same order
		this.rooms.computeIfPresent(message.getRoomId(), (room, people) -> {
			people.forEach((heard) -> heard.accept(message));
			return people;
		});
	}

	@Override
	public Runnable enter(String room, Consumer<ChatMessage> heard) {
		// One of its own: the same may enter twice
		Consumer<ChatMessage> person = heard::accept;
		this.rooms.compute(room, (key, people) -> {
			Set<Consumer<ChatMessage>> all = (people != null) ? people : new LinkedHashSet<>();
			all.add(person);
			return all;
		});
		return () -> this.rooms.computeIfPresent(room, (key, people) -> {
			people.remove(person);
			return people.isEmpty() ? null : people;
		});
	}

	/**
	 * Return whether somebody is in a room.
	 */
	boolean exists(String room) {
		return this.rooms.containsKey(room);
	}

}
