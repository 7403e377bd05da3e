package io.github.grpcpatterns.sample.chat;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.shutdown.Drain;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One client's part in the chat. What is heard is sent whether the client reads or not:
 * the starter keeps what waits, and sends away who lets too much of it wait
 * ({@code grpc.patterns.server.stream.max-pending-bytes}).
 */
final class ChatStream implements StreamObserver<ChatMessage> {

	/** How many rooms a stream may be in. */
	static final int MAX_ROOMS = 100;

	private final Rooms rooms;

	private final String user;

	private final Clock clock;

	private final ServerCallStreamObserver<ChatMessage> responses;

	// Guarded by this, as is every use of the responses
	private final Map<String, Runnable> entered = new HashMap<>();

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
		if (!isIn(message.getRoomId()) && !enter(message.getRoomId())) {
			return;
		}
		if (!message.getContent().isEmpty()) {
			this.rooms.say(message.toBuilder().setUserId(this.user).setTimestamp(this.clock.millis()).build());
		}
	}

	private synchronized boolean isIn(String room) {
		return this.entered.containsKey(room);
	}

	// Requests come one at a time, so nothing but the end comes between
	private boolean enter(String room) {
		if (isFull()) {
			fail(InvalidRequest.field("room_id", "must be at most " + MAX_ROOMS + " different ones in a stream"));
			return false;
		}
		Runnable exit = this.rooms.enter(room, this::hear); // calls back with locks of
															// its own
		synchronized (this) {
			if (!this.ended) {
				this.entered.put(room, exit);
				return true;
			}
		}
		exit.run();
		return false;
	}

	private synchronized boolean isFull() {
		return this.entered.size() == MAX_ROOMS;
	}

	private void fail(Throwable failure) {
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = true;
			this.responses.onError(failure);
		}
		leave();
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
		Map<String, Runnable> left;
		synchronized (this) {
			this.ended = true;
			left = Map.copyOf(this.entered);
			this.entered.clear();
		}
		left.values().forEach(Runnable::run);
	}

}
