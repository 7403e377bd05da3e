/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.grpc.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GrpcHttpStatus}.
 */
class GrpcHttpStatusTests {

	@ParameterizedTest
	@CsvSource({ "OK,200", "CANCELLED,499", "UNKNOWN,500", "INVALID_ARGUMENT,400", "DEADLINE_EXCEEDED,504",
			"NOT_FOUND,404", "ALREADY_EXISTS,409", "PERMISSION_DENIED,403", "UNAUTHENTICATED,401",
			"RESOURCE_EXHAUSTED,429", "FAILED_PRECONDITION,400", "ABORTED,409", "OUT_OF_RANGE,400", "UNIMPLEMENTED,501",
			"INTERNAL,500", "UNAVAILABLE,503", "DATA_LOSS,500" })
	void everyCodeHasTheStatusOfTheTable(Status.Code code, int status) {
		assertThat(GrpcHttpStatus.of(code)).isEqualTo(status);
	}

}
