/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.util.Locale;

import io.grpc.Status;

/**
 * The reason why a call ended: the closed list behind {@code google.rpc.ErrorInfo.reason}
 * and the {@code reason} tag of the meters. Descriptions are sent to the client, so they
 * are fixed and reveal nothing about the server.
 */
public enum EndReason {

	/** No credential, a malformed one, or several. */
	TOKEN_MISSING(Status.Code.UNAUTHENTICATED, "a bearer token is required"),

	/** A credential that proves nothing: signature, algorithm, issuer, audience, form. */
	TOKEN_INVALID(Status.Code.UNAUTHENTICATED, "the token is not valid"),

	/** A token past its time, at the start of a call or during a stream. */
	TOKEN_EXPIRED(Status.Code.UNAUTHENTICATED, "the token has expired"),

	/** Nobody can judge the token: the source of keys does not answer. */
	KEYS_UNAVAILABLE(Status.Code.UNAVAILABLE, "the token cannot be checked right now"),

	/** A valid token without the authority that the method wants. */
	ACCESS_DENIED(Status.Code.PERMISSION_DENIED, "access denied"),

	/** More calls than the rate allows. */
	RATE_LIMITED(Status.Code.RESOURCE_EXHAUSTED, "too many calls"),

	/** More calls at the same time than the server can take. */
	OVERLOADED(Status.Code.UNAVAILABLE, "too many calls at the same time"),

	/** The caller set no deadline where one is required. */
	DEADLINE_REQUIRED(Status.Code.INVALID_ARGUMENT, "a deadline is required"),

	/** The deadline of the call passed, the caller's or the server's. */
	DEADLINE(Status.Code.DEADLINE_EXCEEDED, "deadline exceeded"),

	/** The stream reached its greatest age. */
	STREAM_MAX_DURATION(Status.Code.DEADLINE_EXCEEDED, "the stream reached its maximum duration"),

	/** No message went either way for too long. */
	STREAM_IDLE(Status.Code.DEADLINE_EXCEEDED, "the stream was idle for too long"),

	/** More messages than the stream may carry. */
	STREAM_MAX_MESSAGES(Status.Code.RESOURCE_EXHAUSTED, "the stream carries too many messages"),

	/** More bytes than the stream may carry. */
	STREAM_MAX_BYTES(Status.Code.RESOURCE_EXHAUSTED, "the stream carries too many bytes"),

	/** The reader is slower than the writer, and what waits became too much. */
	SLOW_CONSUMER(Status.Code.RESOURCE_EXHAUSTED, "the stream is read too slowly"),

	/** The request breaks its rules. */
	INVALID_REQUEST(Status.Code.INVALID_ARGUMENT, "the request is not valid"),

	/** The server is going away. */
	SERVER_DRAINING(Status.Code.UNAVAILABLE, "the server is shutting down"),

	/** An operator ended the stream. */
	TERMINATED(Status.Code.CANCELLED, "the call was ended by an operator"),

	/** An exception that nothing maps. */
	INTERNAL(Status.Code.INTERNAL, "internal error"),

	/** Any other error of the handler; its status is its own. */
	FAILED(Status.Code.UNKNOWN, "unknown error"),

	/** The call ended with {@code OK}. */
	COMPLETED(Status.Code.OK, ""),

	/** The client, or the loss of its connection, cancelled the call. */
	CANCELLED(Status.Code.CANCELLED, "cancelled");

	private final Status status;

	private final String tag;

	EndReason(Status.Code code, String description) {
		this.status = description.isEmpty() ? code.toStatus() : code.toStatus().withDescription(description);
		this.tag = name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Return the status that tells a client this reason, with its fixed description.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * Return the value of the meters' {@code reason} tag, the name in lower case.
	 * @return the tag value
	 */
	public String tag() {
		return this.tag;
	}

	/**
	 * Return the reason of a call that was given none, by its final status.
	 * @param code the final status code of the call
	 * @return {@link #COMPLETED}, {@link #CANCELLED}, {@link #DEADLINE} or
	 * {@link #FAILED}
	 */
	public static EndReason of(Status.Code code) {
		return switch (code) {
			case OK -> COMPLETED;
			case CANCELLED -> CANCELLED;
			case DEADLINE_EXCEEDED -> DEADLINE;
			default -> FAILED;
		};
	}

}
