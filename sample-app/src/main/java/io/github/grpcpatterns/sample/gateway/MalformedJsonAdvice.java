/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import com.google.protobuf.InvalidProtocolBufferException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Reports a body that is not the JSON of a message as a problem, like an error of the
 * server behind the gateway, which never saw the request.
 */
@RestControllerAdvice
class MalformedJsonAdvice {

	@ExceptionHandler
	ProblemDetail malformed(MalformedJsonException ex) {
		return problem(String.valueOf(ex.getMessage()));
	}

	@ExceptionHandler
	ProblemDetail unreadable(HttpMessageNotReadableException ex) {
		return problem((ex.getCause() instanceof InvalidProtocolBufferException cause)
				? String.valueOf(cause.getMessage()) : "the request needs a body");
	}

	private static ProblemDetail problem(String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "malformed JSON: " + detail);
		problem.setProperty("code", "INVALID_ARGUMENT");
		return problem;
	}

}
