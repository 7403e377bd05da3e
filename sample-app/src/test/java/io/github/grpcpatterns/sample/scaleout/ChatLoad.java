/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;

/**
 * Somebody who says a number twenty times a second, and somebody who listens.
 */
final class ChatLoad {

	private static final String ROOM = "scale-out";

	private final Participant speaker;

	private final Participant listener;

	private final Set<Long> heard = ConcurrentHashMap.newKeySet();

	private volatile long said;

	ChatLoad(Channel channel, ScheduledExecutorService scheduler) {
		this.listener = new Participant(channel, scheduler, "listener");
		this.speaker = new Participant(channel, scheduler, "speaker");
		this.listener.start();
		this.speaker.start();
		scheduler.scheduleAtFixedRate(this::say, 200, 50, TimeUnit.MILLISECONDS);
	}

	private void say() {
		this.said++;
		this.speaker.send(message(String.valueOf(this.said)));
	}

	private static ChatMessage message(String content) {
		return ChatMessage.newBuilder().setRoomId(ROOM).setContent(content).build();
	}

	Gaps gaps() {
		return this.listener.gaps();
	}

	/**
	 * Return how many numbers were not heard, so far. Nobody keeps them for a stream that
	 * is not there.
	 */
	long missed() {
		return this.said - this.heard.size();
	}

	void stop() {
		this.speaker.stop();
		this.listener.stop();
	}

	private final class Participant extends StreamLoad<ChatMessage, ChatMessage> {

		private final Channel channel;

		private final String name;

		Participant(Channel channel, ScheduledExecutorService scheduler, String name) {
			super(scheduler);
			this.channel = channel;
			this.name = name;
		}

		@Override
		StreamObserver<ChatMessage> open(StreamObserver<ChatMessage> responses) {
			return ChatServiceGrpc.newStub(this.channel).chat(responses);
		}

		@Override
		ChatMessage first() {
			return message(this.name + " is here");
		}

		@Override
		void received(ChatMessage message) {
			if (this == ChatLoad.this.listener && Character.isDigit(message.getContent().charAt(0))) {
				ChatLoad.this.heard.add(Long.valueOf(message.getContent()));
			}
		}

	}

}
