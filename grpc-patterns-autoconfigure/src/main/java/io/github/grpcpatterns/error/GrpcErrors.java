/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import io.github.grpcpatterns.internal.status.ErrorDetails;
import io.github.grpcpatterns.internal.status.Pushback;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The status and {@code google.rpc} details of a failed call, read from the exception
 * that the caller received. Immutable.
 * <p>
 * Everything is supplied by the server, and everything but the code may be missing.
 * Unreadable details count as missing; no method throws.
 *
 * <pre class="code">
 * catch (StatusRuntimeException ex) {
 *     GrpcErrors error = GrpcErrors.from(ex);
 *     if ("STREAM_MAX_DURATION".equals(error.reason())) { … }
 * }
 * </pre>
 */
public final class GrpcErrors {

	private static final int MAX_CAUSES = 100;

	private final Status status;

	private final @Nullable ErrorInfo errorInfo;

	private final List<Violation> violations;

	private final @Nullable Duration retryDelay;

	private final @Nullable String correlationId;

	private GrpcErrors(Status status, @Nullable Metadata trailers) {
		ErrorDetails details = ErrorDetails.of(trailers);
		this.status = status;
		this.errorInfo = details.find(ErrorInfo.class);
		this.violations = violations(details.find(BadRequest.class));
		this.retryDelay = Pushback.of(trailers).delay();
		RequestInfo requestInfo = details.find(RequestInfo.class);
		this.correlationId = (requestInfo != null) ? textOrNull(requestInfo.getRequestId()) : null;
	}

	/**
	 * Read the first {@link StatusRuntimeException} or {@link StatusException} among an
	 * exception and its causes.
	 * @param thrown the exception
	 * @return the status and details; {@code UNKNOWN} without details if there is no
	 * status among the causes
	 */
	public static GrpcErrors from(Throwable thrown) {
		Throwable cause = thrown;
		for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
			if (cause instanceof StatusRuntimeException exception) {
				return new GrpcErrors(exception.getStatus(), exception.getTrailers());
			}
			if (cause instanceof StatusException exception) {
				return new GrpcErrors(exception.getStatus(), exception.getTrailers());
			}
			cause = cause.getCause();
		}
		return new GrpcErrors(Status.UNKNOWN.withCause(thrown), null);
	}

	/**
	 * Return the status.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * Return the status code.
	 * @return the code
	 */
	public Status.Code code() {
		return this.status.getCode();
	}

	/**
	 * Return the description of the status.
	 * @return the description, or {@code null} where there is none
	 */
	public @Nullable String description() {
		return this.status.getDescription();
	}

	/**
	 * Return why the call failed, as {@code ErrorInfo} says it.
	 * @return the reason, such as {@code TOKEN_EXPIRED}, or {@code null} where there is
	 * none
	 */
	public @Nullable String reason() {
		return (this.errorInfo != null) ? textOrNull(this.errorInfo.getReason()) : null;
	}

	/**
	 * Return who named the reason, as {@code ErrorInfo} says it.
	 * @return the domain, or {@code null} where there is none
	 */
	public @Nullable String domain() {
		return (this.errorInfo != null) ? textOrNull(this.errorInfo.getDomain()) : null;
	}

	/**
	 * Return what {@code ErrorInfo} adds to the reason.
	 * @return names and values, often none
	 */
	public Map<String, String> metadata() {
		return (this.errorInfo != null) ? this.errorInfo.getMetadataMap() : Map.of();
	}

	/**
	 * Return what is wrong with the request, as {@code BadRequest} says it.
	 * @return the violations, often none
	 */
	public List<Violation> violations() {
		return this.violations;
	}

	/**
	 * Return how long to wait before another attempt, from the trailer
	 * {@code grpc-retry-pushback-ms}, else from {@code RetryInfo}.
	 * @return the time, or {@code null} where the server does not ask for a wait, or its
	 * trailer forbids another attempt; whether another attempt is safe is for the caller
	 * to know
	 */
	public @Nullable Duration retryDelay() {
		return this.retryDelay;
	}

	/**
	 * Return the id under which the server logged the call, as {@code RequestInfo} says
	 * it.
	 * @return the id, or {@code null} where there is none
	 */
	public @Nullable String correlationId() {
		return this.correlationId;
	}

	private static List<Violation> violations(@Nullable BadRequest badRequest) {
		if (badRequest == null) {
			return List.of();
		}
		return badRequest.getFieldViolationsList()
			.stream()
			.map((violation) -> new Violation(violation.getField(), violation.getDescription()))
			.toList();
	}

	private static @Nullable String textOrNull(String text) {
		return text.isEmpty() ? null : text;
	}

	/**
	 * A violation in a request.
	 *
	 * @param field the path of the field, as the server writes it; may be empty
	 * @param description what is wrong; may be empty
	 */
	public record Violation(String field, String description) {
	}

}
