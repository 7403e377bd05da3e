/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import java.time.Clock;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.shutdown.Drain;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One client's part in the chat, in the room of its last message. What is heard is sent
 * whether the client reads or not: the starter keeps what waits, and sends away who lets
 * too much of it wait ({@code grpc.patterns.server.stream.max-pending-bytes}).
 */
final class ChatStream implements StreamObserver<ChatMessage> {

	private final Rooms rooms;

	private final String user;

	private final Clock clock;

	private final ServerCallStreamObserver<ChatMessage> responses;

	// Guarded by this, as is every use of the responses
	private @Nullable String room;

	private Rooms.@Nullable Place place;

	private boolean ended;

	ChatStream(Rooms rooms, String user, Clock clock, ServerCallStreamObserver<ChatMessage> responses) {
		this.rooms = rooms;
		this.user = user;
		this.clock = clock;
		this.responses = responses;
		responses.setOnCancelHandler(this::leave);
		responses.setOnCloseHandler(this::leave);
		Drain drain = Drain.current();
		drain.onDrain(() -> {
			leave();
			drain.end();
		});
	}

	@Override
	public void onNext(ChatMessage message) {
		Rooms.Place place = in(message.getRoomId());
		if (place != null && !message.getContent().isEmpty()) {
			place.say(message.toBuilder().setUserId(this.user).setTimestamp(this.clock.millis()).build());
		}
	}

	/**
	 * Be in a room. Requests come one at a time, so nothing but the end comes between.
	 * @return the place there, or {@code null} where the stream has ended
	 */
	private Rooms.@Nullable Place in(String room) {
		synchronized (this) {
			if (this.ended || room.equals(this.room)) {
				return this.place;
			}
		}
		leaveRoom();
		// Calls back with locks of its own
		Rooms.Place place = this.rooms.enter(room, this::hear);
		if (!isNowIn(room, place)) {
			place.leave();
			return null;
		}
		return place;
	}

	private synchronized boolean isNowIn(String room, Rooms.Place place) {
		if (this.ended) {
			return false;
		}
		this.room = room;
		this.place = place;
		return true;
	}

	private void leaveRoom() {
		Rooms.Place left;
		synchronized (this) {
			left = this.place;
			this.room = null;
			this.place = null;
		}
		if (left != null) {
			left.leave();
		}
	}

	private synchronized void hear(ChatMessage message) {
		if (!this.ended) {
			this.responses.onNext(message);
		}
	}

	@Override
	public void onError(Throwable failure) {
		leave();
	}

	@Override
	public void onCompleted() {
		leave();
		this.responses.onCompleted();
	}

	private void leave() {
		synchronized (this) {
			this.ended = true;
		}
		leaveRoom();
	}

}
