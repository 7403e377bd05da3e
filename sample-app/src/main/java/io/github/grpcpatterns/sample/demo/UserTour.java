/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.PrintStream;

import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UpdateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc.UserServiceBlockingV2Stub;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;

/**
 * Calls the three methods of {@code user.v1.UserService}.
 */
final class UserTour {

	private final UserServiceBlockingV2Stub users;

	UserTour(UserServiceBlockingV2Stub users) {
		this.users = users;
	}

	void run(PrintStream out) throws StatusException, InterruptedException {
		User user = this.users
			.createUser(CreateUserRequest.newBuilder().setName("Ann").setEmail("ann@example.com").build());
		out.printf("%-20s %s%n", "CreateUser", describe(user));
		userUpdates(out, user.getId());
		listUsers(out);
	}

	private void userUpdates(PrintStream out, String id) throws StatusException, InterruptedException {
		BlockingClientCall<UpdateUserRequest, User> call = this.users.userUpdates();
		for (String name : new String[] { "Ann Miller", "Ann Smith" }) {
			call.write(
					UpdateUserRequest.newBuilder().setUserId(id).setChanges(User.newBuilder().setName(name)).build());
			out.printf("%-20s %s%n", "UserUpdates", describe(call.read()));
		}
		call.halfClose();
		call.hasNext();
	}

	private void listUsers(PrintStream out) throws StatusException, InterruptedException {
		BlockingClientCall<?, User> call = this.users.listUsers(ListUsersRequest.getDefaultInstance());
		int count = 0;
		while (call.hasNext()) {
			call.read();
			count++;
		}
		out.printf("%-20s %d users%n", "ListUsers", count);
	}

	private static String describe(User user) {
		return "%s  %s <%s>".formatted(user.getId(), user.getName(), user.getEmail());
	}

}
