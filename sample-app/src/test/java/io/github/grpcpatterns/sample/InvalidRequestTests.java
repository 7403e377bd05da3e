/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.List;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.error.GrpcErrors.Violation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link InvalidRequest}.
 */
class InvalidRequestTests {

	@Test
	void violationsAreInTheDescriptionAndInTheDetails() {
		StatusRuntimeException ex = InvalidRequest.of(List.of(InvalidRequest.violation("name", "must not be empty"),
				InvalidRequest.violation("price", "must not be negative")));
		assertThat(ex.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(ex.getStatus().getDescription()).isEqualTo("name must not be empty; price must not be negative");
		GrpcErrors error = GrpcErrors.from(ex);
		assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
		assertThat(error.domain()).isEqualTo("grpcpatterns");
		assertThat(error.violations()).containsExactly(new Violation("name", "must not be empty"),
				new Violation("price", "must not be negative"));
	}

	@Test
	void thereIsNoExceptionWithoutAViolation() {
		assertThatIllegalArgumentException().isThrownBy(() -> InvalidRequest.of(List.of()));
	}

}
