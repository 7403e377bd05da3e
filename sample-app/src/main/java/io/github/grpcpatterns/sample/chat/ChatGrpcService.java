/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import java.time.Clock;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc.ChatServiceImplBase;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * {@code chat.v1.ChatService}.
 */
@GrpcService
class ChatGrpcService extends ChatServiceImplBase {

	private final Rooms rooms;

	ChatGrpcService(Rooms rooms) {
		this.rooms = rooms;
	}

	@Override
	public StreamObserver<ChatMessage> chat(StreamObserver<ChatMessage> responses) {
		// Who speaks is who the starter has let in, whatever the message says
		Authentication caller = SecurityContextHolder.getContext().getAuthentication();
		String user = (caller != null) ? caller.getName() : "somebody";
		return new ChatStream(this.rooms, user, Clock.systemUTC(), (ServerCallStreamObserver<ChatMessage>) responses);
	}

}
