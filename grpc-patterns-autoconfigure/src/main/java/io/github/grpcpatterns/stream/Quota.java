/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import com.google.protobuf.Message;
import com.google.rpc.QuotaFailure;
import io.github.grpcpatterns.EndReason;
import org.jspecify.annotations.Nullable;

/**
 * The quota of one direction of a stream, and its use. For one thread at a time.
 */
final class Quota {

	private final String method;

	private final String direction;

	private final long maxMessages;

	private final long maxBytes;

	private long messages;

	private long bytes;

	private Quota(String method, String direction, long maxMessages, long maxBytes) {
		this.method = method;
		this.direction = direction;
		this.maxMessages = maxMessages;
		this.maxBytes = maxBytes;
	}

	static @Nullable Quota inbound(StreamPolicy policy) {
		return of(policy, "inbound", policy.maxInboundMessages(), policy.maxInboundBytes());
	}

	static @Nullable Quota outbound(StreamPolicy policy) {
		return of(policy, "outbound", policy.maxOutboundMessages(), policy.maxOutboundBytes());
	}

	private static @Nullable Quota of(StreamPolicy policy, String direction, long maxMessages, long maxBytes) {
		return (maxMessages > 0 || maxBytes > 0) ? new Quota(policy.method(), direction, maxMessages, maxBytes) : null;
	}

	/**
	 * Return whether the size of a message matters.
	 */
	boolean countsBytes() {
		return this.maxBytes > 0;
	}

	/**
	 * Count a message.
	 * @param size its size, where that matters
	 * @return the limit that it crosses, or {@code null}
	 */
	@Nullable EndReason add(long size) {
		if (this.maxMessages > 0 && ++this.messages > this.maxMessages) {
			return EndReason.STREAM_MAX_MESSAGES;
		}
		this.bytes += size;
		return (this.maxBytes > 0 && this.bytes > this.maxBytes) ? EndReason.STREAM_MAX_BYTES : null;
	}

	/**
	 * Return what tells the client about the limit.
	 */
	Message failure(EndReason limit) {
		String description = (limit == EndReason.STREAM_MAX_MESSAGES)
				? "max-" + this.direction + "-messages: at most " + this.maxMessages + " messages in a stream"
				: "max-" + this.direction + "-bytes: at most " + this.maxBytes + " bytes in a stream";
		return QuotaFailure.newBuilder()
			.addViolations(QuotaFailure.Violation.newBuilder().setSubject(this.method).setDescription(description))
			.build();
	}

}
