/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import com.google.protobuf.Message;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ExceptionMapping;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.internal.status.UpstreamErrors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps exceptions to statuses, by the first match in the order of {@link #known}.
 * <p>
 * The status keeps the exception as its cause, for traces; the cause never leaves the
 * process.
 */
final class StatusMapping implements ExceptionMapping {

	private static final Logger logger = LoggerFactory.getLogger(StatusMapping.class);

	/**
	 * Far more than anyone nests; exceptions can be each other's cause.
	 */
	private static final int MAX_WRAPPERS = 32;

	private static final Set<Status.Code> UPSTREAM_CODES = Set.of(Status.Code.UNAVAILABLE,
			Status.Code.DEADLINE_EXCEEDED, Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);

	private final RichStatus richStatus;

	private final boolean passUpstream;

	private final Set<Status.Code> includeMessage;

	private final List<GrpcExceptionMapper> mappers;

	private final KnownErrors configured;

	private final List<StackErrorHandlers> handlers;

	private final List<KnownErrors> builtIn;

	StatusMapping(RichStatus richStatus, ErrorServerProperties properties, List<GrpcExceptionMapper> mappers,
			KnownErrors configured, List<StackErrorHandlers> handlers, List<KnownErrors> builtIn) {
		this.richStatus = richStatus;
		this.passUpstream = properties.upstream() == ErrorServerProperties.Upstream.PASS;
		this.includeMessage = properties.includeMessage();
		this.mappers = List.copyOf(mappers);
		this.configured = configured;
		this.handlers = List.copyOf(handlers);
		this.builtIn = List.copyOf(builtIn);
	}

	@Override
	public CallEnding map(Throwable thrown, CallRecord call) {
		Throwable cause = unwrap(thrown);
		CallEnding known = attempt("mapping of exceptions", cause, () -> known(cause, call));
		if (known != null) {
			call.exception(cause, false);
			return known;
		}
		call.exception(thrown, true);
		return this.richStatus.ending(EndReason.INTERNAL, EndReason.INTERNAL.status().withCause(cause), new Metadata(),
				call.correlationId());
	}

	private static Throwable unwrap(Throwable thrown) {
		Throwable unwrapped = thrown;
		for (int i = 0; i < MAX_WRAPPERS && wraps(unwrapped); i++) {
			Throwable cause = unwrapped.getCause();
			if (cause == null) {
				break;
			}
			unwrapped = cause;
		}
		return unwrapped;
	}

	private static boolean wraps(Throwable thrown) {
		return thrown instanceof ExecutionException || thrown instanceof CompletionException
				|| thrown instanceof UndeclaredThrowableException;
	}

	private @Nullable CallEnding known(Throwable thrown, CallRecord call) {
		if (thrown instanceof StatusRuntimeException exception) {
			return ending(exception.getStatus(), exception.getTrailers(), thrown, call);
		}
		if (thrown instanceof StatusException exception) {
			return ending(exception.getStatus(), exception.getTrailers(), thrown, call);
		}
		for (GrpcExceptionMapper mapper : this.mappers) {
			CallEnding ending = answer(mapper, thrown, () -> mapper.map(thrown), call);
			if (ending != null) {
				return ending;
			}
		}
		KnownError error = this.configured.find(thrown);
		if (error != null) {
			return ending(error, thrown, call);
		}
		for (StackErrorHandlers handler : this.handlers) {
			CallEnding ending = answer(handler, thrown, () -> handler.handle(thrown, call), call);
			if (ending != null) {
				return ending;
			}
		}
		for (KnownErrors known : this.builtIn) {
			error = known.find(thrown);
			if (error != null) {
				return ending(error, thrown, call);
			}
		}
		return null;
	}

	/**
	 * End the call with the status of a status exception. {@code OK} says nothing of what
	 * went wrong, so it counts as unknown.
	 */
	private @Nullable CallEnding ending(Status status, @Nullable Metadata trailers, Throwable thrown, CallRecord call) {
		if (status.isOk()) {
			return null;
		}
		if (!this.passUpstream && UpstreamErrors.contains(status, trailers)) {
			Status.Code code = UPSTREAM_CODES.contains(status.getCode()) ? status.getCode() : Status.Code.INTERNAL;
			Metadata own = new Metadata();
			if (code == Status.Code.UNAVAILABLE && !call.idempotent()) {
				// Clients would retry it for every method, but this handler has run.
				RichStatus.forbidRetry(own);
			}
			return this.richStatus.ending(EndReason.FAILED,
					code.toStatus().withDescription(inWords(code)).withCause(thrown), own, call.correlationId());
		}
		return own(status, trailers, call);
	}

	private @Nullable CallEnding answer(Object source, Throwable thrown, Supplier<@Nullable StatusException> question,
			CallRecord call) {
		StatusException answer = attempt(source, thrown, question);
		if (answer == null || answer.getStatus().isOk()) {
			return null;
		}
		Status status = answer.getStatus();
		return own((status.getCause() != null) ? status : status.withCause(thrown), answer.getTrailers(), call);
	}

	private CallEnding own(Status status, @Nullable Metadata trailers, CallRecord call) {
		Metadata copy = new Metadata(); // an exception may be thrown more than once
		if (trailers != null) {
			copy.merge(trailers);
		}
		return this.richStatus.ending(EndReason.FAILED, status, copy, call.correlationId());
	}

	private CallEnding ending(KnownError error, Throwable thrown, CallRecord call) {
		String message = this.includeMessage.contains(error.code()) ? thrown.getMessage() : null;
		String description = (message != null) ? message : inWords(error.code());
		return this.richStatus.ending(error.reason(),
				error.code().toStatus().withDescription(description).withCause(thrown), new Metadata(),
				call.correlationId(), error.details().toArray(Message[]::new));
	}

	private static String inWords(Status.Code code) {
		return (code == Status.Code.INTERNAL) ? "internal error"
				: code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	/**
	 * Ask what others wrote, and go on where it fails.
	 */
	private static <T> @Nullable T attempt(Object source, Throwable thrown, Supplier<@Nullable T> question) {
		try {
			return question.get();
		}
		catch (Throwable ex) {
			logger.warn("The {} failed for {}", source, thrown.getClass().getName(), ex);
			return null;
		}
	}

}
