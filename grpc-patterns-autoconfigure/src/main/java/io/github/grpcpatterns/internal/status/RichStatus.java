/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * Adds {@code google.rpc} details to a status, and keeps the trailers within
 * {@value #MAX_TRAILERS} bytes, beyond which clients report {@code INTERNAL} themselves.
 * <p>
 * {@code ErrorInfo} and {@code RequestInfo} are added if they are missing. What exceeds
 * the limit is cut: violations first, then the description, then details from the last to
 * the first with {@code ErrorInfo} last.
 *
 * @see <a href="https://google.aip.dev/193">AIP-193</a>
 */
public final class RichStatus {

	/**
	 * The domain of {@code ErrorInfo} unless {@code grpc.patterns.server.errors.domain}
	 * says otherwise.
	 */
	public static final String DEFAULT_DOMAIN = "grpcpatterns";

	/**
	 * The trailer that carries the details.
	 */
	public static final Metadata.Key<com.google.rpc.Status> DETAILS = Metadata.Key.of("grpc-status-details-bin",
			ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

	/**
	 * The trailer that tells a client when to try again, in milliseconds; negative for
	 * never (gRFC A6).
	 */
	public static final Metadata.Key<String> PUSHBACK = Metadata.Key.of("grpc-retry-pushback-ms",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final String NEVER = "-1";

	private static final int MAX_TRAILERS = 8192;

	/**
	 * The size that HTTP/2 counts for a header in addition to name and value (RFC 9113,
	 * 6.5.2).
	 */
	private static final int HEADER_OVERHEAD = 32;

	/**
	 * {@code :status}, {@code content-type} and {@code grpc-status}, which are always
	 * there or may be.
	 */
	private static final int FIXED_HEADERS = 42 + 12 + 16 + HEADER_OVERHEAD + 11 + 2 + HEADER_OVERHEAD;

	/**
	 * The name {@code grpc-message}.
	 */
	private static final int MESSAGE_HEADER = 12 + HEADER_OVERHEAD;

	/**
	 * Kept free for the correlation id, beside the id itself: the header of a call that
	 * has no response headers goes with the trailers, under a name of the user's choice.
	 */
	private static final int CORRELATION_HEADER = 64 + HEADER_OVERHEAD;

	private final String domain;

	/**
	 * Create it.
	 * @param domain the domain of {@code ErrorInfo}
	 */
	public RichStatus(String domain) {
		this.domain = domain;
	}

	/**
	 * Make the end of a call for a reason, with its fixed status.
	 * @param reason the reason
	 * @param correlationId the correlation id of the call, or {@code null} without one
	 * @param details further details, such as {@code RetryInfo}
	 * @return the ending
	 */
	public CallEnding ending(EndReason reason, @Nullable String correlationId, Message... details) {
		return ending(reason, reason.status(), new Metadata(), correlationId, details);
	}

	/**
	 * Tell a client that a call must not be made again: nobody knows what its handler has
	 * done.
	 * @param trailers the trailers of the call, which this method changes
	 */
	public static void forbidRetry(Metadata trailers) {
		trailers.discardAll(PUSHBACK);
		trailers.put(PUSHBACK, NEVER);
	}

	/**
	 * Make the end of a call that may be retried later, as {@code RetryInfo} and the
	 * pushback of gRFC A6 say.
	 * @param reason the reason
	 * @param correlationId the correlation id of the call, or {@code null} without one
	 * @param millis the delay of the retry
	 * @return the ending
	 */
	public CallEnding endingWithRetry(EndReason reason, @Nullable String correlationId, long millis) {
		Metadata trailers = new Metadata();
		trailers.put(PUSHBACK, Long.toString(millis));
		Duration delay = Duration.newBuilder()
			.setSeconds(millis / 1000)
			.setNanos((int) (millis % 1000) * 1_000_000)
			.build();
		return ending(reason, reason.status(), trailers, correlationId,
				RetryInfo.newBuilder().setRetryDelay(delay).build());
	}

	/**
	 * Make the end of a call from a status and trailers of the handler's own, whose
	 * details stay.
	 * @param reason the reason
	 * @param status the status; an {@code UNKNOWN} loses its cause, which the exception
	 * handlers of the stacks would map once more
	 * @param trailers the trailers, which this method changes
	 * @param correlationId the correlation id of the call, or {@code null} without one
	 * @param details further details
	 * @return the ending
	 */
	public CallEnding ending(EndReason reason, Status status, Metadata trailers, @Nullable String correlationId,
			Message... details) {
		com.google.rpc.Status given = details(trailers);
		List<Any> all = new ArrayList<>();
		if (given == null || !has(given, ErrorInfo.class)) {
			String name = (reason == EndReason.FAILED) ? status.getCode().name() : reason.name();
			all.add(Any.pack(ErrorInfo.newBuilder().setDomain(this.domain).setReason(name).build()));
		}
		if (correlationId != null && (given == null || !has(given, RequestInfo.class))) {
			all.add(Any.pack(RequestInfo.newBuilder().setRequestId(correlationId).build()));
		}
		for (Message detail : details) {
			all.add(Any.pack(detail));
		}
		if (given != null) {
			all.addAll(given.getDetailsList());
		}
		int taken = (correlationId != null) ? CORRELATION_HEADER + correlationId.length() : 0;
		Status plain = (status.getCode() == Status.Code.UNKNOWN) ? status.withCause(null) : status;
		return new CallEnding(fit(plain, trailers, all, taken), trailers, reason);
	}

	private static com.google.rpc.@Nullable Status details(Metadata trailers) {
		try {
			return trailers.get(DETAILS);
		}
		catch (IllegalArgumentException ex) {
			return null; // not a google.rpc.Status: replaced by one that is
		}
	}

	private static boolean has(com.google.rpc.Status status, Class<? extends Message> type) {
		for (Any detail : status.getDetailsList()) {
			if (detail.is(type)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Put as many details into the trailers as fit.
	 * @return the status, with as much of its description as fits
	 */
	private static Status fit(Status status, Metadata trailers, List<Any> details, int taken) {
		trailers.discardAll(DETAILS);
		int room = MAX_TRAILERS - FIXED_HEADERS - taken - size(trailers);
		while (size(status, details) > room && cutViolation(details)) {
			continue;
		}
		Status cut = cutDescription(status, details, room);
		while (size(cut, details) > room && !details.isEmpty()) {
			details.remove(last(details));
		}
		if (details.isEmpty()) {
			return cutDescription(status, details, room); // what they left is free
		}
		trailers.put(DETAILS, proto(cut, details));
		return cut;
	}

	private static com.google.rpc.Status proto(Status status, List<Any> details) {
		com.google.rpc.Status.Builder proto = com.google.rpc.Status.newBuilder().setCode(status.getCode().value());
		if (status.getDescription() != null) {
			proto.setMessage(status.getDescription());
		}
		return proto.addAllDetails(details).build();
	}

	/**
	 * Cut some violations off the last {@code BadRequest} that has any.
	 */
	private static boolean cutViolation(List<Any> details) {
		for (int i = details.size() - 1; i >= 0; i--) {
			if (!details.get(i).is(BadRequest.class)) {
				continue;
			}
			try {
				BadRequest badRequest = details.get(i).unpack(BadRequest.class);
				int count = badRequest.getFieldViolationsCount();
				if (count > 0) {
					int keep = (count > 8) ? count - count / 8 : count - 1;
					details.set(i,
							Any.pack(BadRequest.newBuilder()
								.addAllFieldViolations(badRequest.getFieldViolationsList().subList(0, keep))
								.build()));
					return true;
				}
			}
			catch (InvalidProtocolBufferException ex) {
				continue; // goes as a whole, with the other details
			}
		}
		return false;
	}

	private static int last(List<Any> details) {
		for (int i = details.size() - 1; i > 0; i--) {
			if (!details.get(i).is(ErrorInfo.class)) {
				return i;
			}
		}
		return 0;
	}

	private static int size(Status status, List<Any> details) {
		int size = (status.getDescription() != null) ? MESSAGE_HEADER + encodedLength(status.getDescription()) : 0;
		if (!details.isEmpty()) {
			size += DETAILS.name().length() + HEADER_OVERHEAD
					+ base64Length(proto(status, details).getSerializedSize());
		}
		return size;
	}

	private static int size(Metadata trailers) {
		int size = 0;
		// By keys it would not do: a name that came from elsewhere may be none for a key.
		byte[][] namesAndValues = InternalMetadata.serialize(trailers);
		for (int i = 0; i < namesAndValues.length; i += 2) {
			String name = new String(namesAndValues[i], StandardCharsets.US_ASCII);
			int value = namesAndValues[i + 1].length;
			size += name.length() + HEADER_OVERHEAD
					+ (name.endsWith(Metadata.BINARY_HEADER_SUFFIX) ? base64Length(value) : value);
		}
		return size;
	}

	private static int base64Length(int bytes) {
		return (bytes + 2) / 3 * 4;
	}

	/**
	 * Length of a description as {@code grpc-message} carries it, percent-encoded.
	 */
	private static int encodedLength(String description) {
		int length = 0;
		for (byte b : description.getBytes(StandardCharsets.UTF_8)) {
			length += encodedLength(b);
		}
		return length;
	}

	private static int encodedLength(byte b) {
		return (b >= ' ' && b < '~' && b != '%') ? 1 : 3;
	}

	/**
	 * Cut the description behind the last character that fits.
	 */
	private static Status cutDescription(Status status, List<Any> details, int room) {
		String description = status.getDescription();
		if (description == null || size(status, details) <= room) {
			return status;
		}
		int fits = 0;
		int tooLong = description.codePointCount(0, description.length());
		while (tooLong - fits > 1) {
			int middle = (fits + tooLong) >>> 1;
			if (size(first(status, description, middle), details) <= room) {
				fits = middle;
			}
			else {
				tooLong = middle;
			}
		}
		return first(status, description, fits);
	}

	private static Status first(Status status, String description, int characters) {
		return status.withDescription(
				(characters > 0) ? description.substring(0, description.offsetByCodePoints(0, characters)) : null);
	}

}
