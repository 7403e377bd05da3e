/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.AbstractList;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The open streams, as the endpoint returns them. A type of its own, so that it is
 * written with Boot's settings for endpoints and not with those of the application.
 */
public final class LiveStreams extends AbstractList<LiveStreams.Stream> implements OperationResponseBody {

	private final List<Stream> streams;

	LiveStreams(List<Stream> streams) {
		this.streams = streams;
	}

	@Override
	public Stream get(int index) {
		return this.streams.get(index);
	}

	@Override
	public int size() {
		return this.streams.size();
	}

	/**
	 * A stream.
	 *
	 * @param id the id to end it by
	 * @param method the full name of its method
	 * @param peer the client's {@code host:port}, absent where the transport knows none
	 * @param principal the authenticated caller, absent where there is none
	 * @param correlationId the correlation id, absent where the pattern is off
	 * @param ageMillis the time since it began
	 * @param idleMillis the time since the last message came or went, or since it began
	 * @param messagesReceived the messages received
	 * @param messagesSent the messages sent
	 * @param bytesReceived the uncompressed bytes of the messages received, zero where
	 * the transport does not tell
	 * @param bytesSent the uncompressed bytes of the messages sent, likewise
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Stream(String id, String method, @Nullable String peer, @Nullable String principal,
			@Nullable String correlationId, long ageMillis, long idleMillis, long messagesReceived, long messagesSent,
			long bytesReceived, long bytesSent) {
	}

}
