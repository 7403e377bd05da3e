/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.util.List;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * The {@code google.rpc} details in the trailers of a call that failed. Everything is
 * supplied by the other side: missing or unreadable details are {@code null}, and no
 * method throws.
 */
public final class ErrorDetails {

	private final List<Any> details;

	private ErrorDetails(List<Any> details) {
		this.details = details;
	}

	/**
	 * Read trailers.
	 * @param trailers the trailers, {@code null} if there are none
	 * @return the details
	 */
	public static ErrorDetails of(@Nullable Metadata trailers) {
		if (trailers == null) {
			return new ErrorDetails(List.of());
		}
		try {
			com.google.rpc.Status status = trailers.get(RichStatus.DETAILS);
			return new ErrorDetails((status != null) ? status.getDetailsList() : List.of());
		}
		catch (RuntimeException ex) {
			return new ErrorDetails(List.of()); // no google.rpc.Status
		}
	}

	/**
	 * Return the first detail of a type.
	 * @param <T> the type
	 * @param type the class of the type
	 * @return the detail, or {@code null} where there is none
	 */
	public <T extends Message> @Nullable T find(Class<T> type) {
		for (Any detail : this.details) {
			if (detail.is(type)) {
				try {
					return detail.unpack(type);
				}
				catch (InvalidProtocolBufferException ex) {
					continue; // a later one may be readable
				}
			}
		}
		return null;
	}

	/**
	 * Return why the call failed, as {@link ErrorInfo} says it.
	 * @return the reason, such as {@code TOKEN_EXPIRED}, or {@code null} where there is
	 * none
	 */
	public @Nullable String reason() {
		ErrorInfo info = find(ErrorInfo.class);
		return (info != null && !info.getReason().isEmpty()) ? info.getReason() : null;
	}

}
