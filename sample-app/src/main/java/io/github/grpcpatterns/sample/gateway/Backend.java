/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import org.jspecify.annotations.Nullable;

/**
 * The way to the gRPC server.
 */
final class Backend {

	private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final int MAX_PAGE_SIZE = 1_000;

	private final Channel channel;

	Backend(Channel channel) {
		this.channel = channel;
	}

	/**
	 * Return a channel for the calls of one caller.
	 * @param authorization the header of the caller's request, null where there is none
	 * @return a channel whose calls carry it
	 */
	Channel as(@Nullable String authorization) {
		if (authorization == null) {
			return this.channel;
		}
		Metadata headers = new Metadata();
		headers.put(AUTHORIZATION, authorization);
		return ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	/**
	 * Return how much of a list to ask for: a page is an array, which is held as a whole.
	 * @param asked the number that the client asked for, 0 for all
	 * @return the number to ask the server for
	 */
	static int pageSize(int asked) {
		return (asked == 0) ? MAX_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE);
	}

}
