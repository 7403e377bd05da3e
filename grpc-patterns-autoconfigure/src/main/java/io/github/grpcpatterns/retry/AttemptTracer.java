/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Watches the streams of one attempt in the transport, which alone knows how far the
 * request got. There is one stream, or more if the channel retries by itself.
 */
final class AttemptTracer extends ClientStreamTracer.Factory {

	private final Runnable ownRetry;

	private final Runnable waiting;

	private final Runnable connected;

	private volatile @Nullable Stream stream;

	/** An earlier stream of the channel's own may have reached the handler. */
	private volatile boolean earlierLeft;

	/**
	 * Create it.
	 * @param ownRetry told when the channel has retried by itself
	 * @param waiting told when a stream begins to wait until the channel is ready
	 * @param connected told when that stream has a connection
	 */
	AttemptTracer(Runnable ownRetry, Runnable waiting, Runnable connected) {
		this.ownRetry = ownRetry;
		this.waiting = waiting;
		this.connected = connected;
	}

	@Override
	public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
		Stream earlier = this.stream;
		// A transparent retry follows a stream that the server has not seen.
		if (earlier != null && !info.isTransparentRetry() && earlier.created && !earlier.answered) {
			this.earlierLeft = true;
		}
		if (info.getPreviousAttempts() > 0) {
			this.ownRetry.run();
		}
		// The service config may say so too, of which nothing else tells.
		boolean waits = info.getCallOptions().isWaitForReady();
		if (waits) {
			this.waiting.run();
		}
		Stream stream = new Stream(waits ? this.connected : () -> {
		});
		this.stream = stream;
		return stream;
	}

	/**
	 * Return whether the status came from the server, so that it is known to have dealt
	 * with the call.
	 */
	boolean answered() {
		Stream stream = this.stream;
		return stream != null && stream.answered && !this.earlierLeft;
	}

	/**
	 * Return whether the request surely never left this process.
	 * @param cancelled whether this side ended the attempt: then headers may be on their
	 * way that the tracer is told of too late, and only a stream that was never made
	 * counts
	 */
	boolean neverLeft(boolean cancelled) {
		Stream stream = this.stream;
		if (this.earlierLeft) {
			return false;
		}
		return stream == null || !(cancelled ? stream.created : stream.left);
	}

	private static final class Stream extends ClientStreamTracer {

		private final Runnable connected;

		private volatile boolean created;

		private volatile boolean left;

		private volatile boolean answered;

		Stream(Runnable connected) {
			this.connected = connected;
		}

		@Override
		public void streamCreated(Attributes transportAttrs, Metadata headers) {
			this.created = true;
			this.connected.run();
		}

		@Override
		public void outboundHeaders() {
			this.left = true;
		}

		@Override
		public void inboundTrailers(Metadata trailers) {
			this.answered = true;
		}

	}

}
