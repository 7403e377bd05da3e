/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error.web;

import java.lang.reflect.UndeclaredThrowableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.error.GrpcHttpStatus;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * A failed call as an RFC 9457 problem. Written here and not by the application's
 * converters, so that its format does not depend on them.
 *
 * @param status the HTTP status
 * @param body the JSON, in UTF-8
 */
record Problem(int status, byte[] body) {

	static final String MEDIA_TYPE = "application/problem+json";

	private static final int CLIENT_CLOSED_REQUEST = 499;

	/**
	 * Read an uncaught exception.
	 * @return the problem, or {@code null} where it is not the failure of a gRPC call
	 */
	static @Nullable Problem of(Throwable thrown) {
		Throwable failure = thrown;
		while (wraps(failure) && failure.getCause() != null) {
			failure = failure.getCause();
		}
		if (!(failure instanceof StatusRuntimeException) && !(failure instanceof StatusException)) {
			return null;
		}
		GrpcErrors error = GrpcErrors.from(failure);
		return error.status().isOk() ? null : of(error);
	}

	private static boolean wraps(Throwable thrown) {
		return thrown instanceof ExecutionException || thrown instanceof CompletionException
				|| thrown instanceof UndeclaredThrowableException;
	}

	private static Problem of(GrpcErrors error) {
		int status = GrpcHttpStatus.of(error.code());
		JsonObject json = new JsonObject();
		json.addProperty("status", status);
		json.addProperty("title", title(status));
		add(json, "detail", error.description());
		json.addProperty("code", error.code().name());
		add(json, "reason", error.reason());
		if (!error.violations().isEmpty()) {
			json.add("violations", violations(error.violations()));
		}
		add(json, "correlationId", error.correlationId());
		return new Problem(status, json.toString().getBytes(StandardCharsets.UTF_8));
	}

	private static String title(int status) {
		return (status == CLIENT_CLOSED_REQUEST) ? "Client Closed Request"
				: HttpStatus.valueOf(status).getReasonPhrase();
	}

	private static JsonArray violations(List<GrpcErrors.Violation> violations) {
		JsonArray array = new JsonArray();
		for (GrpcErrors.Violation violation : violations) {
			JsonObject json = new JsonObject();
			add(json, "field", violation.field());
			add(json, "description", violation.description());
			array.add(json);
		}
		return array;
	}

	private static void add(JsonObject json, String name, @Nullable String value) {
		if (value != null && !value.isEmpty()) {
			json.addProperty(name, value);
		}
	}

}
