/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.MessageSize;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.ForwardingServerCall;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Enforces the limits of a stream: inbound messages pass here, outbound messages pass the
 * {@link StreamGate}.
 *
 * @param <ReqT> the type of requests
 * @param <RespT> the type of responses
 */
final class StreamCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

	private final ServerCall<ReqT, RespT> delegate;

	private final ServerCallGuard guard;

	private final @Nullable IdleTimer idle;

	private final @Nullable Quota quota;

	private final @Nullable InboundFlow inbound;

	StreamCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard, StreamPolicy policy, CallTimer timer,
			PendingBytes total, @Nullable Rates rates) {
		this.delegate = call;
		this.guard = guard;
		Rate in = (rates == null) ? null : rates.rate(policy.inboundRate(), true, guard.record());
		Rate out = (rates == null) ? null : rates.rate(policy.outboundRate(), false, guard.record());
		this.idle = policy.idles() ? new IdleTimer(guard, timer, policy.idleNanos(), in != null || out != null) : null;
		this.quota = Quota.inbound(policy);
		this.inbound = (in != null) ? new InboundFlow(in, this.idle, () -> super.request(1), timer.executor()) : null;
		guard.gate(new StreamGate<>(call, guard, policy, timer, total, out, this.idle));
		if (this.quota != null && this.quota.countsBytes()) {
			guard.record().traffic().keepMessageBytes();
		}
		if (this.idle != null) {
			this.idle.start();
		}
		if (this.idle != null || this.inbound != null) {
			guard.whenOver(this::over);
		}
	}

	@Override
	protected ServerCall<ReqT, RespT> delegate() {
		return this.delegate;
	}

	private void over() {
		if (this.idle != null) {
			this.idle.cancel();
		}
		receivedAll();
	}

	/**
	 * A message came.
	 * @return whether it may go to the handler
	 */
	boolean received(ReqT message) {
		// Messages received after the handler has closed do not count
		if (this.quota != null && this.guard.open() && crosses(this.quota, message)) {
			return false;
		}
		if (this.idle != null) {
			this.idle.message();
		}
		if (this.inbound != null) {
			this.inbound.arrived();
		}
		return true;
	}

	private boolean crosses(Quota quota, ReqT message) {
		EndReason limit = quota.add(quota.countsBytes() ? size(message) : 0);
		if (limit != null) {
			this.guard.end(limit, quota.failure(limit));
		}
		return limit != null;
	}

	private long size(ReqT message) {
		long told = this.guard.record().traffic().messageBytes();
		return (told >= 0) ? told : MessageSize.of(message, getMethodDescriptor().getRequestMarshaller());
	}

	/**
	 * No message comes any more.
	 */
	void receivedAll() {
		if (this.inbound != null) {
			this.inbound.over();
		}
	}

	@Override
	public void request(int numMessages) {
		if (this.inbound == null || numMessages <= 0) {
			super.request(numMessages);
		}
		else {
			this.inbound.request(numMessages);
		}
	}

	@Override
	public void sendMessage(RespT message) {
		this.delegate.sendMessage(message);
	}

	@Override
	public boolean isReady() {
		return this.delegate.isReady();
	}

}
