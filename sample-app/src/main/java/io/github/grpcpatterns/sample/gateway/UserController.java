package io.github.grpcpatterns.sample.gateway;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.FieldMask;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UpdateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code user.v1.UserService} over HTTP.
 */
@RestController
class UserController {

	private static final int MAX_PAGE_SIZE = 1_000;

	private final Backend backend;

	UserController(Backend backend) {
		this.backend = backend;
	}

	/**
	 * Sign up, which needs no token.
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
		ListUsersRequest request = ListUsersRequest.newBuilder()
			.setPageSize((pageSize == 0) ? MAX_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE))
			.setPageToken(pageToken)
			.build();
		List<User> users = new ArrayList<>();
		UserServiceGrpc.newBlockingStub(this.backend.as(caller)).listUsers(request).forEachRemaining(users::add);
		return Json.print(users);
	}

	/**
	 * Change one user, by a stream of one update.
	 */
	@PatchMapping("/api/users/{id}")
	User update(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@PathVariable String id,
			@RequestParam(name = "update_mask", required = false) @Nullable List<String> updateMask,
			@RequestBody User changes) throws InterruptedException {
		UpdateUserRequest.Builder request = UpdateUserRequest.newBuilder().setUserId(id).setChanges(changes);
		if (updateMask != null) {
			request.setUpdateMask(FieldMask.newBuilder().addAllPaths(updateMask));
		}
		BlockingClientCall<UpdateUserRequest, User> call = UserServiceGrpc.newBlockingV2Stub(this.backend.as(caller))
			.userUpdates();
		try {
			call.write(request.build());
			call.halfClose();
			return call.read();
		}
		catch (StatusException ex) {
			throw ex.getStatus().asRuntimeException(ex.getTrailers());
		}
	}

}
