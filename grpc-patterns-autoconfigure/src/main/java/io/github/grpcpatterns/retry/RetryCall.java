/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The caller's side of a call that may take several attempts: enforces the contract of
 * {@link ClientCall}, and passes its operations to the attempts. No attempt starts before
 * {@link #start}.
 *
 * @param <ReqT> the type of the requests
 * @param <RespT> the type of the responses
 */
final class RetryCall<ReqT, RespT> extends ClientCall<ReqT, RespT> {

	private static final Logger logger = LoggerFactory.getLogger(RetryCall.class);

	private final RetryLoop<ReqT, RespT> loop;

	private volatile boolean started;

	private volatile boolean halfClosed;

	RetryCall(RetryLoop<ReqT, RespT> loop) {
		this.loop = loop;
	}

	@Override
	public void start(Listener<RespT> responseListener, Metadata headers) {
		if (this.started) {
			throw new IllegalStateException("Already started");
		}
		checkNotCancelled();
		this.started = true;
		this.loop.start(responseListener, headers);
	}

	@Override
	public void sendMessage(ReqT message) {
		checkOpen("call was half-closed");
		pass(() -> {
			this.loop.replay.message(message, this.loop.attempt());
			ClientCall<ReqT, RespT> live = this.loop.live();
			if (live != null) {
				live.sendMessage(message);
			}
		});
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		checkStarted();
		pass(() -> {
			this.loop.replay.compression(enabled);
			ClientCall<ReqT, RespT> live = this.loop.live();
			if (live != null) {
				live.setMessageCompression(enabled);
			}
		});
	}

	@Override
	public void halfClose() {
		checkOpen("call already half-closed");
		this.halfClosed = true;
		pass(() -> {
			this.loop.replay.halfClose();
			ClientCall<ReqT, RespT> live = this.loop.live();
			if (live != null) {
				live.halfClose();
			}
		});
	}

	@Override
	public void request(int numMessages) {
		checkStarted();
		if (numMessages < 0) {
			throw new IllegalArgumentException("Number requested must be non-negative");
		}
		pass(() -> {
			this.loop.replay.request(numMessages);
			ClientCall<ReqT, RespT> live = this.loop.live();
			if (live != null) {
				live.request(numMessages);
			}
		});
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		this.loop.cancel(message, cause);
	}

	@Override
	public boolean isReady() {
		RetryAttempt<ReqT, RespT> attempt = this.loop.attempt();
		return !this.halfClosed && attempt != null && attempt.ready();
	}

	@Override
	public Attributes getAttributes() {
		RetryAttempt<ReqT, RespT> attempt = this.loop.attempt();
		return (attempt != null) ? attempt.attributes() : Attributes.EMPTY;
	}

	/**
	 * Run what the caller does, now or right behind what runs at the moment.
	 */
	private void pass(Runnable task) {
		if (!this.loop.out.tryEnter()) {
			this.loop.out.execute(() -> orCancel(task));
			return;
		}
		try {
			task.run();
		}
		finally {
			this.loop.out.exit();
		}
	}

	/**
	 * Run what an inner interceptor may fail at, on a thread that is not the caller's.
	 */
	private void orCancel(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.debug("An attempt of {} rejected an operation of the caller", this.loop.methodName(), ex);
			cancel("Failed to send", ex);
		}
	}

	private void checkOpen(String otherwise) {
		checkStarted();
		checkNotCancelled();
		if (this.halfClosed) {
			throw new IllegalStateException(otherwise);
		}
	}

	private void checkStarted() {
		if (!this.started) {
			throw new IllegalStateException("Not started");
		}
	}

	private void checkNotCancelled() {
		if (this.loop.cancelledByCaller()) {
			throw new IllegalStateException("call was cancelled");
		}
	}

}
