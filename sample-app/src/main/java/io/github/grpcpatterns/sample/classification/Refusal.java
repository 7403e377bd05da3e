/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.classification.v1.ErrorEvent;
import io.grpc.Status.Code;

/**
 * Why a document is not classified. Where it was asked for alone this ends the call;
 * where it is one of many it is told in its place.
 *
 * @param code the code of the status
 * @param violations what is wrong with the request, at least one
 */
record Refusal(Code code, List<FieldViolation> violations) {

	static Refusal invalid(List<FieldViolation> violations) {
		return new Refusal(Code.INVALID_ARGUMENT, List.copyOf(violations));
	}

	static Refusal notFound(String field, String description) {
		return new Refusal(Code.NOT_FOUND, List.of(InvalidRequest.violation(field, description)));
	}

	RuntimeException toException() {
		return (this.code == Code.NOT_FOUND) ? new NoSuchElementException(message())
				: InvalidRequest.of(this.violations);
	}

	ErrorEvent toEvent(String documentId) {
		ErrorEvent.Builder event = ErrorEvent.newBuilder()
			.setCode(this.code.name())
			.setMessage(message())
			.putMetadata("field",
					this.violations.stream().map(FieldViolation::getField).collect(Collectors.joining(",")));
		if (!documentId.isEmpty()) {
			event.putMetadata("document_id", documentId);
		}
		return event.build();
	}

	private String message() {
		return this.violations.stream()
			.map((violation) -> violation.getField() + " " + violation.getDescription())
			.collect(Collectors.joining("; "));
	}

}
