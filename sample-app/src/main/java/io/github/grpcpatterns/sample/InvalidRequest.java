/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.List;
import java.util.stream.Collectors;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.github.grpcpatterns.EndReason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/**
 * Makes the exception for a request that breaks a rule of its method:
 * {@code INVALID_ARGUMENT} with one {@link FieldViolation} for each broken rule in a
 * {@link BadRequest} detail. Descriptions say the rule and never repeat the value.
 * <p>
 * Most rules stand in the proto files, where the starter checks them. Left for code are
 * those that look beyond one message, and those whose breaking is told in the place of
 * one item of many; to the client both look the same, down to the reason.
 */
public final class InvalidRequest {

	private static final ErrorInfo REASON = ErrorInfo.newBuilder()
		.setReason(EndReason.INVALID_REQUEST.name())
		.setDomain("grpcpatterns")
		.build();

	private InvalidRequest() {
	}

	/**
	 * Make the exception for a single broken rule.
	 * @param field the field as named in the proto, with the path that leads to it
	 * ({@code requests[3].text})
	 * @param description what is expected of the field, to follow its name
	 * @return the exception to throw, or to hand to {@code onError}
	 */
	public static StatusRuntimeException field(String field, String description) {
		return of(List.of(violation(field, description)));
	}

	/**
	 * Make the exception for several broken rules.
	 * @param violations what is wrong, at least one
	 * @return the exception to throw, or to hand to {@code onError}
	 * @throws IllegalArgumentException if there are no violations
	 */
	public static StatusRuntimeException of(List<FieldViolation> violations) {
		if (violations.isEmpty()) {
			throw new IllegalArgumentException("violations: [] (expected: at least one)");
		}
		String message = violations.stream()
			.map((violation) -> violation.getField() + " " + violation.getDescription())
			.collect(Collectors.joining("; "));
		BadRequest badRequest = BadRequest.newBuilder().addAllFieldViolations(violations).build();
		return StatusProto.toStatusRuntimeException(Status.newBuilder()
			.setCode(Code.INVALID_ARGUMENT_VALUE)
			.setMessage(message)
			.addDetails(Any.pack(REASON))
			.addDetails(Any.pack(badRequest))
			.build());
	}

	/**
	 * Make one violation, to be collected for {@link #of(List)}.
	 * @param field the field as named in the proto
	 * @param description what is expected of the field, to follow its name
	 * @return the violation
	 */
	public static FieldViolation violation(String field, String description) {
		return FieldViolation.newBuilder().setField(field).setDescription(description).build();
	}

}
