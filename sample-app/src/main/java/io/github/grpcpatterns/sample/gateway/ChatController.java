/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.util.concurrent.CompletableFuture;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code chat.v1.ChatService} over HTTP, where listening and speaking are apart.
 */
@RestController
class ChatController {

	private final Backend backend;

	ChatController(Backend backend) {
		this.backend = backend;
	}

	@GetMapping(path = "/api/chat/{room}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter listen(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@PathVariable String room) {
		ChatMessage enter = ChatMessage.newBuilder().setRoomId(room).build();
		return Events.of((events) -> ChatServiceGrpc.newStub(this.backend.as(caller)).chat(events).onNext(enter),
				(ChatMessage message) -> "");
	}

	@PostMapping("/api/chat/{room}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	CompletableFuture<Void> speak(
			@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@PathVariable String room, @RequestBody ChatMessage message) {
		CompletableFuture<Void> spoken = new CompletableFuture<>();
		StreamObserver<ChatMessage> chat = ChatServiceGrpc.newStub(this.backend.as(caller))
			.chat(new StreamObserver<>() {

				@Override
				public void onNext(ChatMessage heard) {
				}

				@Override
				public void onError(Throwable failure) {
					spoken.completeExceptionally(failure);
				}

				@Override
				public void onCompleted() {
					spoken.complete(null);
				}

			});
		chat.onNext(message.toBuilder().setRoomId(room).build());
		chat.onCompleted();
		return spoken;
	}

}
