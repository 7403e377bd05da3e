/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Records the message sizes of an outbound call, which only the transport knows. There is
 * one for each call, regardless of the number of attempts; a message that is sent again
 * counts once.
 */
final class CallClientTracer extends ClientStreamTracer.Factory {

	private final CallRecord record;

	/** The attempts of a call send one after the other. */
	private int sent;

	CallClientTracer(CallRecord record) {
		this.record = record;
	}

	@Override
	public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
		this.record.traffic().parsed(); // of an earlier attempt whose message was dropped
		return new Attempt();
	}

	private final class Attempt extends ClientStreamTracer {

		/**
		 * Who is telling the size of a message that is not compressed. Two threads use it
		 * at once, without harm: each looks for itself.
		 */
		private @Nullable Thread telling;

		/**
		 * As on the server: see {@link CallServerTracer#inboundUncompressedSize(long)}.
		 */
		@Override
		public void inboundUncompressedSize(long bytes) {
			if (this.telling == Thread.currentThread()) {
				this.telling = null;
			}
			else {
				CallClientTracer.this.record.traffic().inflated(bytes);
			}
		}

		@Override
		public void inboundMessageRead(int seqNo, long optionalWireSize, long optionalUncompressedSize) {
			if (optionalUncompressedSize >= 0) {
				this.telling = Thread.currentThread();
				CallClientTracer.this.record.size(false, optionalUncompressedSize);
			}
		}

		@Override
		public void outboundMessageSent(int seqNo, long optionalWireSize, long optionalUncompressedSize) {
			if (optionalUncompressedSize >= 0 && seqNo >= CallClientTracer.this.sent) {
				CallClientTracer.this.sent = seqNo + 1;
				CallClientTracer.this.record.size(true, optionalUncompressedSize);
			}
		}

	}

}
