/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.user;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.Dialogue;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.PageCursor;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UpdateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc.UserServiceImplBase;
import io.github.grpcpatterns.stub.StreamWriter;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/**
 * {@code user.v1.UserService}. The rules of single fields stand in the proto file; here
 * is what the mask has to say about them.
 */
@GrpcService
class UserGrpcService extends UserServiceImplBase {

	private static final Set<String> CHANGEABLE = Set.of("name", "email");

	private final UserStore store;

	UserGrpcService(UserStore store) {
		this.store = store;
	}

	@Override
	public void createUser(CreateUserRequest request, StreamObserver<User> responses) {
		responses.onNext(this.store.create(request.getName(), request.getEmail()).toMessage());
		responses.onCompleted();
	}

	@Override
	public void listUsers(ListUsersRequest request, StreamObserver<User> responses) {
		PageCursor<StoredUser> users = new PageCursor<>(this.store::page, StoredUser::id, request.getPageToken(),
				request.getPageSize());
		StreamWriter.send(users.as(StoredUser::toMessage), responses);
	}

	@Override
	public StreamObserver<UpdateUserRequest> userUpdates(StreamObserver<User> responses) {
		return Dialogue.start(this::update, responses);
	}

	private User update(UpdateUserRequest request) {
		User changes = request.getChanges();
		Set<String> mask = mask(request);
		List<FieldViolation> violations = new ArrayList<>();
		if (mask.isEmpty()) {
			violations.add(InvalidRequest.violation("changes", "must have a name or an email"));
		}
		if (!CHANGEABLE.containsAll(mask)) {
			violations.add(InvalidRequest.violation("update_mask", "must name name and email only"));
		}
		if (mask.contains("name") && changes.getName().isEmpty()) {
			violations.add(InvalidRequest.violation("changes.name", "must not be empty"));
		}
		if (mask.contains("email") && changes.getEmail().isEmpty()) {
			violations.add(InvalidRequest.violation("changes.email", "must not be empty"));
		}
		if (!violations.isEmpty()) {
			throw InvalidRequest.of(violations);
		}
		return this.store
			.update(request.getUserId(), mask.contains("name") ? changes.getName() : null,
					mask.contains("email") ? changes.getEmail() : null)
			.orElseThrow(() -> new NoSuchElementException("user " + request.getUserId() + " does not exist"))
			.toMessage();
	}

	private static Set<String> mask(UpdateUserRequest request) {
		Set<String> mask = new TreeSet<>(request.getUpdateMask().getPathsList());
		if (!request.hasUpdateMask()) {
			if (!request.getChanges().getName().isEmpty()) {
				mask.add("name");
			}
			if (!request.getChanges().getEmail().isEmpty()) {
				mask.add("email");
			}
		}
		return mask;
	}

}
