/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.MessageSize;
import io.github.grpcpatterns.internal.call.OutboundGate;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of a stream while the transport is ready and the rate has a token,
 * within the stream's quota, and bounds the pending messages.
 *
 * @param <T> the type of messages
 */
final class StreamGate<T> implements OutboundGate {

	private final ServerCall<?, T> call;

	private final ServerCallGuard guard;

	private final MethodDescriptor.Marshaller<T> marshaller;

	private final @Nullable Quota quota;

	private final @Nullable OutboundFlow flow;

	private final @Nullable IdleTimer idle;

	private final long maxPendingBytes;

	private final PendingBytes total;

	private final CallTimer timer;

	/**
	 * The transport said that it is ready, and nothing was sent since: to ask it costs a
	 * lock. Where threads race for it, a message goes to a transport that was ready a
	 * moment ago.
	 */
	private boolean knownReady;

	/** A limit is crossed: nothing more may go. Guarded by the quota. */
	private boolean crossed;

	/** Made when the first message has to wait for the transport. */
	private @Nullable ReadyWatch watch;

	/** Made when the first message has to wait. */
	private volatile @Nullable PendingShare pending;

	/** Nothing is to wait any more. Guarded by this. */
	private boolean over;

	/**
	 * Create it.
	 * @param call the call further out, to which the messages go
	 */
	StreamGate(ServerCall<?, T> call, ServerCallGuard guard, StreamPolicy policy, CallTimer timer, PendingBytes total,
			@Nullable Rate rate, @Nullable IdleTimer idle) {
		this.call = call;
		this.guard = guard;
		this.marshaller = call.getMethodDescriptor().getResponseMarshaller();
		this.quota = Quota.outbound(policy);
		this.flow = (rate != null) ? new OutboundFlow(rate, idle, guard::outboundChanged) : null;
		this.idle = idle;
		this.maxPendingBytes = policy.maxPendingBytes();
		this.total = total;
		this.timer = timer;
		if (this.flow != null) {
			guard.whenOver(this::over);
		}
	}

	@Override
	public boolean offered(Object message) {
		if (this.idle != null) {
			this.idle.message();
		}
		Quota quota = this.quota;
		if (quota == null) {
			return true;
		}
		long size = quota.countsBytes() ? size(message) : 0;
		EndReason limit;
		synchronized (quota) {
			if (this.crossed) {
				return false;
			}
			limit = quota.add(size);
			this.crossed = limit != null;
		}
		if (limit != null) { // what was sent before goes out before the stream ends
			this.guard.endBehind(limit, quota.failure(limit));
		}
		return limit == null;
	}

	@Override
	public boolean open() {
		if (!transportReady()) {
			watch().on();
			return false;
		}
		return this.flow == null || this.flow.take();
	}

	private boolean transportReady() {
		if (this.knownReady) {
			this.knownReady = false;
			return true;
		}
		return this.call.isReady();
	}

	private ReadyWatch watch() {
		ReadyWatch present = this.watch;
		if (present == null) {
			present = new ReadyWatch(this.timer, this.guard::outboundChanged);
			this.watch = present;
		}
		return present;
	}

	@SuppressWarnings("unchecked") // what the handler of this call sends
	private long size(Object message) {
		return MessageSize.of((T) message, this.marshaller);
	}

	@Override
	public boolean ready() {
		if (!this.call.isReady()) {
			return false;
		}
		this.knownReady = true;
		return this.flow == null || this.flow.ready();
	}

	@Override
	public void awaitReady() {
		if (this.flow != null && !this.flow.ready()) {
			this.flow.await();
		}
	}

	@Override
	public boolean exhausted() {
		return this.flow != null && !this.flow.ready();
	}

	@Override
	public long hold(Object message) {
		PendingShare pending = pending();
		long size = (pending != null) ? size(message) : -1;
		return (pending != null && pending.hold(size)) ? size : -1;
	}

	private @Nullable PendingShare pending() {
		PendingShare present = this.pending;
		if (present != null) {
			return present;
		}
		synchronized (this) {
			if (this.pending == null && !this.over) {
				this.pending = new PendingShare(this.total, this.maxPendingBytes,
						() -> this.guard.end(EndReason.SLOW_CONSUMER));
			}
			return this.pending;
		}
	}

	@Override
	public void release(long size) {
		if (this.watch != null) {
			this.watch.moved();
		}
		PendingShare pending = this.pending;
		if (pending != null) {
			pending.release(size);
		}
	}

	@Override
	public void dropped() {
		PendingShare pending;
		synchronized (this) {
			this.over = true;
			pending = this.pending;
		}
		if (pending != null) {
			pending.over();
		}
	}

	@Override
	public void over() {
		dropped();
		if (this.flow != null) {
			this.flow.over();
		}
		if (this.watch != null) {
			this.watch.over();
		}
	}

}
