/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.concurrent.TimeUnit;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a {@link ResumableCall}, and the listener of its callbacks.
 *
 * @param <ReqT> the type of the request
 * @param <RespT> the type of the messages
 */
final class ResumableAttempt<ReqT, RespT> extends ClientCall.Listener<RespT> {

	private static final Logger logger = LoggerFactory.getLogger(ResumableStream.class);

	private final ResumableCall<ReqT, RespT> owner;

	private final MethodDescriptor<ReqT, RespT> method;

	private final ClientCall<ReqT, RespT> call;

	private final long startNanos = System.nanoTime();

	/** Nothing that comes back counts. */
	private volatile boolean abandoned;

	/** Callbacks only. */
	private boolean progress;

	ResumableAttempt(ResumableCall<ReqT, RespT> owner, MethodDescriptor<ReqT, RespT> method,
			ClientCall<ReqT, RespT> call) {
		this.owner = owner;
		this.method = method;
		this.call = call;
	}

	// Within 'out' of the owner

	void start(ReqT request, long demand) {
		try {
			this.call.start(this, new Metadata());
			if (demand > 0) {
				this.call.request((int) Math.min(demand, Integer.MAX_VALUE));
			}
			this.call.sendMessage(request);
			if (this.method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
				this.call.halfClose(); // else it would end what the request began
			}
		}
		catch (Throwable ex) {
			this.abandoned = true;
			cancel("the call could not be made", ex);
			throw ex;
		}
	}

	void request(int count) {
		this.call.request(count);
	}

	/**
	 * Cancel the call, whose end may come behind messages that are dropped.
	 * @return whether it will close; otherwise nothing that comes back counts any more
	 */
	boolean cancelAndDrain(String message, @Nullable Throwable cause) {
		if (!cancel(message, cause)) {
			this.abandoned = true;
			return false;
		}
		// Within the process, a stream that the server closed ends behind its messages
		// only, cancelled or not.
		this.call.request(Integer.MAX_VALUE);
		return true;
	}

	private boolean cancel(String message, @Nullable Throwable cause) {
		try {
			this.call.cancel(message, cause);
			return true;
		}
		catch (Throwable ex) { // of an interceptor
			logger.warn("Cannot cancel a call of {}", this.method.getFullMethodName(), ex);
			return false;
		}
	}

	// From the channel

	@Override
	public void onMessage(RespT message) {
		if (!this.abandoned) {
			this.progress = true;
			this.owner.received(message);
		}
	}

	@Override
	public void onClose(Status status, Metadata trailers) {
		if (!this.abandoned) {
			long lived = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.startNanos);
			this.owner.closed(status, trailers, this.progress, lived);
		}
	}

}
