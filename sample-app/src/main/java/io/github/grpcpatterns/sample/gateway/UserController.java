/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UpdateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code user.v1.UserService} over HTTP.
 */
@RestController
class UserController {

	private final Backend backend;

	UserController(Backend backend) {
		this.backend = backend;
	}

	/**
	 * Create a user. This needs no token.
	 */
	@PostMapping("/api/users")
	@ResponseStatus(HttpStatus.CREATED)
	User create(@RequestBody CreateUserRequest request) {
		return UserServiceGrpc.newBlockingStub(this.backend.as(null)).createUser(request);
	}

	/**
	 * Return one page, as an array. The next one begins after the last id.
	 */
	@GetMapping(path = "/api/users", produces = MediaType.APPLICATION_JSON_VALUE)
	String list(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestParam(name = "page_size", defaultValue = "100") int pageSize,
			@RequestParam(name = "page_token", defaultValue = "") String pageToken) {
		List<User> users = new ArrayList<>();
		UserServiceGrpc.newBlockingStub(this.backend.as(caller))
			.listUsers(ListUsersRequest.newBuilder()
				.setPageSize(Backend.pageSize(pageSize))
				.setPageToken(pageToken)
				.build())
			.forEachRemaining(users::add);
		return Json.print(users);
	}

	/**
	 * Apply an array of updates, and return each user that one of them changed as an
	 * event.
	 */
	@PatchMapping(path = "/api/users", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter update(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody String updates) {
		return Events.of(UserServiceGrpc.newStub(this.backend.as(caller))::userUpdates,
				Json.parseAll(updates, UpdateUserRequest.getDefaultInstance()));
	}

}
