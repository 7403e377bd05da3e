/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.Comparator;
import java.util.List;
import java.util.Set;

import com.google.rpc.BadRequest;
import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Maps the exception of Jakarta Validation: its violations are sent to the client with
 * property path and message, without the values.
 */
final class ValidationErrors implements KnownErrors {

	/** Violations come as a set. */
	private static final Comparator<BadRequest.FieldViolation> ORDER = Comparator
		.comparing((BadRequest.FieldViolation violation) -> violation.getField())
		.thenComparing((violation) -> violation.getDescription());

	@Override
	public @Nullable KnownError find(Throwable thrown) {
		if (!(thrown instanceof ConstraintViolationException invalid)) {
			return null;
		}
		Set<ConstraintViolation<?>> violations = invalid.getConstraintViolations();
		BadRequest.Builder badRequest = BadRequest.newBuilder();
		if (violations != null) {
			violations.stream().map(ValidationErrors::violation).sorted(ORDER).forEach(badRequest::addFieldViolations);
		}
		return new KnownError(Status.Code.INVALID_ARGUMENT, EndReason.INVALID_REQUEST, List.of(badRequest.build()));
	}

	private static BadRequest.FieldViolation violation(ConstraintViolation<?> violation) {
		BadRequest.FieldViolation.Builder field = BadRequest.FieldViolation.newBuilder();
		if (violation.getPropertyPath() != null) {
			field.setField(violation.getPropertyPath().toString());
		}
		if (violation.getMessage() != null) {
			field.setDescription(violation.getMessage());
		}
		return field.build();
	}

}
