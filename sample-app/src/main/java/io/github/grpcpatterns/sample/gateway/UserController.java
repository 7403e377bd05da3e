package io.github.grpcpatterns.sample.gateway;

import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code user.v1.UserService} over HTTP: what needs no token.
 */
@RestController
class UserController {

	private final Backend backend;

	UserController(Backend backend) {
		this.backend = backend;
	}

	@PostMapping("/api/users")
	@ResponseStatus(HttpStatus.CREATED)
	User create(@RequestBody CreateUserRequest request) {
		return UserServiceGrpc.newBlockingStub(this.backend.as(null)).createUser(request);
	}

}
