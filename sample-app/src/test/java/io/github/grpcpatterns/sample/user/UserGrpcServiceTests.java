/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.user;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.google.protobuf.FieldMask;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.Conversation;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UpdateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link UserGrpcService}, with the whole application over the network.
 */
class UserGrpcServiceTests {

	private static SampleInstance instance;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start();
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void everybodyMaySignUpAndNothingElse() {
		Instant before = Instant.now();
		User user = create("Ann");
		assertThat(user.getName()).isEqualTo("Ann");
		assertThat(user.getEmail()).isEqualTo("ann@example.com");
		assertThat(user.getCreatedAt().getSeconds()).isBetween(before.getEpochSecond(), Instant.now().getEpochSecond());
		GrpcErrors refused = GrpcErrors.from(catchThrowable(() -> UserServiceGrpc.newBlockingStub(instance.anonymous())
			.listUsers(ListUsersRequest.getDefaultInstance())
			.hasNext()));
		assertThat(refused.reason()).isEqualTo("TOKEN_MISSING");
	}

	@ParameterizedTest
	@CsvSource({ "'', ann@example.com, name", "' ', ann@example.com, name", "Ann, '', email", "Ann, ann, email" })
	void whoSignsUpHasANameAndAnAddress(String name, String email, String field) {
		CreateUserRequest request = CreateUserRequest.newBuilder().setName(name).setEmail(email).build();
		assertRefused(catchThrowable(() -> UserServiceGrpc.newBlockingStub(instance.anonymous()).createUser(request)),
				field);
	}

	@Test
	void listingIsInTheOrderOfSigningUpAndGoesOnAfterTheLastUserReceived() {
		User first = create("First");
		User second = create("Second");
		User third = create("Third");
		List<User> all = list(ListUsersRequest.getDefaultInstance());
		assertThat(all).containsSequence(first, second, third);
		assertThat(list(ListUsersRequest.newBuilder().setPageSize(1).setPageToken(first.getId()).build()))
			.containsExactly(second);
		assertThat(list(ListUsersRequest.newBuilder().setPageToken(second.getId()).build())).containsExactly(third);
	}

	@Test
	void eachUpdateIsAnsweredWithTheUserAsItIsThen() {
		User user = create("Bob");
		Conversation<UpdateUserRequest, User> updates = updates();
		User renamed = updates.ask(update(user, "Robert", ""));
		assertThat(renamed).isEqualTo(user.toBuilder().setName("Robert").build());
		User moved = updates.ask(update(user, "ignored", "robert@example.com").toBuilder()
			.setUpdateMask(FieldMask.newBuilder().addPaths("email"))
			.build());
		assertThat(moved).isEqualTo(renamed.toBuilder().setEmail("robert@example.com").build());
		updates.complete();
		assertThat(list(ListUsersRequest.getDefaultInstance())).contains(moved);
	}

	@Test
	void whenAUserDoesNotExistThenTheStreamEndsAndNamesIt() {
		GrpcErrors error = GrpcErrors
			.from(updates().send(update(User.newBuilder().setId("17").build(), "Nobody", "")).failure());
		assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
		assertThat(error.description()).isEqualTo("user 17 does not exist");
	}

	@Test
	void whenAnUpdateBreaksRulesThenTheStreamEnds() {
		User user = create("Carl");
		assertRefused(updates().send(UpdateUserRequest.newBuilder().setUserId(user.getId()).build()).failure(),
				"changes");
		assertRefused(updates().send(update(user, "", "")).failure(), "changes");
		assertRefused(updates().send(update(user, "", "no address")).failure(), "changes.email");
		assertRefused(updates()
			.send(update(user, "", "").toBuilder()
				.setUpdateMask(FieldMask.newBuilder().addPaths("name").addPaths("id"))
				.build())
			.failure(), "update_mask", "changes.name");
		assertThat(list(ListUsersRequest.getDefaultInstance())).contains(user);
	}

	private static User create(String name) {
		return UserServiceGrpc.newBlockingStub(instance.anonymous())
			.createUser(CreateUserRequest.newBuilder()
				.setName(name)
				.setEmail(name.toLowerCase(Locale.ROOT) + "@example.com")
				.build());
	}

	private static List<User> list(ListUsersRequest request) {
		List<User> users = new ArrayList<>();
		UserServiceGrpc.newBlockingStub(instance.channel("alice")).listUsers(request).forEachRemaining(users::add);
		return users;
	}

	private static Conversation<UpdateUserRequest, User> updates() {
		return new Conversation<>(UserServiceGrpc.newStub(instance.channel("alice"))::userUpdates);
	}

	private static UpdateUserRequest update(User user, String name, String email) {
		return UpdateUserRequest.newBuilder()
			.setUserId(user.getId())
			.setChanges(User.newBuilder().setName(name).setEmail(email))
			.build();
	}

	private static void assertRefused(Throwable failure, String... fields) {
		GrpcErrors error = GrpcErrors.from(failure);
		assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
		assertThat(error.violations()).extracting(GrpcErrors.Violation::field).containsExactly(fields);
	}

}
