/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.internal.call.MessageSize;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Records the caller's operations on a call, to replay them on the next attempt. Used
 * within {@code out} of its {@link RetryLoop}.
 * <p>
 * Messages are kept while they fit the limits. Once they do not, the present attempt is
 * the last one. If the present attempt is already over, there is no other place for a
 * message, so it is kept until the next attempt, which is then the last.
 *
 * @param <ReqT> the type of the requests
 */
final class Replay<ReqT> {

	/**
	 * The memory of a message beside its bytes: its object, and its entry here. Without
	 * it, empty messages would fill the heap.
	 */
	private static final int OVERHEAD = 64;

	private final RetryClientInterceptor shared;

	private final MethodDescriptor<ReqT, ?> method;

	private final long limit;

	private List<Sent<ReqT>> sent = new ArrayList<>(2);

	private long bytes;

	/** Whether all messages are here, so that there may be another attempt. */
	private boolean complete;

	/** The limits were exceeded between two attempts. */
	private boolean once;

	/** The caller's latest wish for compression, {@code null} where it has none. */
	private @Nullable Boolean compressed;

	private long requested;

	private boolean halfClosed;

	Replay(RetryClientInterceptor shared, RetryPolicy policy, MethodDescriptor<ReqT, ?> method) {
		this.shared = shared;
		this.method = method;
		this.limit = policy.bufferLimit();
		this.complete = policy.repeats();
	}

	/**
	 * Return whether an attempt that starts now is the last one.
	 */
	boolean last() {
		return !this.complete || this.once;
	}

	void message(ReqT message, @Nullable RetryAttempt<ReqT, ?> attempt) {
		if (!this.complete) {
			return;
		}
		long size = MessageSize.ofRepeatable(message, this.method.getRequestMarshaller());
		long cost = OVERHEAD + Math.max(0, size);
		boolean fits = size != MessageSize.ONCE && cost <= this.limit - this.bytes && this.shared.reserve(cost);
		if (!fits) {
			if (attempt == null || attempt.pin()) {
				forget();
				return;
			}
			this.once = true;
			this.shared.claim(cost);
		}
		this.bytes += cost;
		this.sent.add(new Sent<>(message, this.compressed));
	}

	void compression(boolean enabled) {
		this.compressed = enabled;
	}

	void halfClose() {
		this.halfClosed = true;
	}

	void request(int numMessages) {
		this.requested += numMessages;
	}

	/**
	 * Do to an attempt what was done to the ones before.
	 */
	void to(ClientCall<ReqT, ?> call) {
		if (this.requested > 0) {
			call.request((int) Math.min(this.requested, Integer.MAX_VALUE));
		}
		Boolean present = null;
		for (Sent<ReqT> sent : this.sent) {
			present = compression(call, present, sent.compressed);
			call.sendMessage(sent.message);
		}
		compression(call, present, this.compressed);
		if (this.halfClosed) {
			call.halfClose();
		}
		if (this.once) {
			forget();
		}
	}

	private static @Nullable Boolean compression(ClientCall<?, ?> call, @Nullable Boolean present,
			@Nullable Boolean wanted) {
		if (wanted != null && !wanted.equals(present)) {
			call.setMessageCompression(wanted);
		}
		return wanted;
	}

	/**
	 * There will be no other attempt.
	 */
	void forget() {
		this.complete = false;
		this.sent = List.of();
		this.shared.release(this.bytes);
		this.bytes = 0;
	}

	/**
	 * A message as it was sent.
	 *
	 * @param message the message
	 * @param compressed whether to compress it, {@code null} for the default of the call
	 * @param <ReqT> the type of the request
	 */
	private record Sent<ReqT>(ReqT message, @Nullable Boolean compressed) {
	}

}
