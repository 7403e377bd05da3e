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

}
