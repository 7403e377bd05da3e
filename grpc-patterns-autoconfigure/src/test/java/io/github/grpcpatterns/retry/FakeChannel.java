/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * A channel whose calls do what a test says, on the test's thread.
 */
final class FakeChannel extends Channel {

	/** The calls made, in order. */
	final List<FakeCall> calls = new CopyOnWriteArrayList<>();

	private final String authority;

	/** Thrown at the start of the next call, if anything. */
	RuntimeException failure;

	FakeChannel() {
		this("fake");
	}

	FakeChannel(String authority) {
		this.authority = authority;
	}

	@Override
	public String authority() {
		return this.authority;
	}

	FakeCall last() {
		return this.calls.get(this.calls.size() - 1);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions) {
		FakeCall call = new FakeCall(callOptions, Context.current(), this.failure);
		this.calls.add(call);
		return (ClientCall<ReqT, RespT>) (ClientCall<?, ?>) call;
	}

	/**
	 * One call. It closes only when told, also after a cancel.
	 */
	static final class FakeCall extends ClientCall<Object, Object> {

		final CallOptions callOptions;

		final Context context;

		final List<String> done = new ArrayList<>();

		final RuntimeException failure;

		Listener<Object> listener;

		Metadata headers;

		ClientStreamTracer tracer;

		boolean ready;

		volatile boolean cancelled;

		FakeCall(CallOptions callOptions, Context context, RuntimeException failure) {
			this.callOptions = callOptions;
			this.context = context;
			this.failure = failure;
		}

		/**
		 * Let the request reach a server.
		 */
		FakeCall leave() {
			this.tracer = this.callOptions.getStreamTracerFactories()
				.get(0)
				.newClientStreamTracer(
						ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(this.callOptions).build(),
						new Metadata());
			this.tracer.streamCreated(Attributes.EMPTY, new Metadata());
			this.tracer.outboundHeaders();
			return this;
		}

		/**
		 * Let the server end the call.
		 */
		void answer(Status.Code code) {
			leave();
			this.tracer.inboundTrailers(new Metadata());
			close(code);
		}

		void close(Status.Code code) {
			this.listener.onClose(code.toStatus(), new Metadata());
		}

		@Override
		public void start(Listener<Object> listener, Metadata headers) {
			if (this.failure != null) {
				throw this.failure;
			}
			this.listener = listener;
			this.headers = headers;
		}

		@Override
		public void request(int numMessages) {
			this.done.add("request " + numMessages);
		}

		/**
		 * As a real call does.
		 */
		private void checkNotCancelled() {
			if (this.cancelled) {
				throw new IllegalStateException("call was cancelled");
			}
		}

		@Override
		public void cancel(String message, Throwable cause) {
			this.cancelled = true;
			this.done.add("cancel " + message);
		}

		@Override
		public void halfClose() {
			checkNotCancelled();
			this.done.add("half-close");
		}

		@Override
		public void sendMessage(Object message) {
			checkNotCancelled();
			this.done.add("send " + message.toString().trim());
		}

		@Override
		public void setMessageCompression(boolean enabled) {
			this.done.add("compress " + enabled);
		}

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public Attributes getAttributes() {
			return Attributes.EMPTY;
		}

	}

}
