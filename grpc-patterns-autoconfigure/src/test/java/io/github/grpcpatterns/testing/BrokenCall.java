/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * An interceptor of an application that fails at one thing, for one of the calls that
 * pass it.
 */
public final class BrokenCall implements ClientInterceptor {

	private final Operation operation;

	private final int broken;

	private final Throwable failure;

	private final AtomicInteger calls = new AtomicInteger();

	/**
	 * Create it.
	 * @param operation the operation that fails
	 * @param broken the number of the call that is broken, the first is 1
	 * @param failure what it throws, checked or not
	 */
	public BrokenCall(Operation operation, int broken, Throwable failure) {
		this.operation = operation;
		this.broken = broken;
		this.failure = failure;
	}

	/**
	 * What can fail.
	 */
	public enum Operation {

		NEW_CALL, START, REQUEST, COMPRESS, SEND, HALF_CLOSE, CANCEL, ATTRIBUTES, READY

	}

	/**
	 * Return how many calls passed.
	 */
	public int calls() {
		return this.calls.get();
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable failure) throws T {
		throw (T) failure;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		int number = this.calls.incrementAndGet();
		at(number, Operation.NEW_CALL);
		return new SimpleForwardingClientCall<>(next.newCall(method, callOptions)) {

			@Override
			public void start(Listener<RespT> responseListener, Metadata headers) {
				at(number, Operation.START);
				super.start(responseListener, headers);
			}

			@Override
			public void request(int numMessages) {
				at(number, Operation.REQUEST);
				super.request(numMessages);
			}

			@Override
			public void setMessageCompression(boolean enabled) {
				at(number, Operation.COMPRESS);
				super.setMessageCompression(enabled);
			}

			@Override
			public void sendMessage(ReqT message) {
				at(number, Operation.SEND);
				super.sendMessage(message);
			}

			@Override
			public void halfClose() {
				at(number, Operation.HALF_CLOSE);
				super.halfClose();
			}

			@Override
			public void cancel(@Nullable String message, @Nullable Throwable cause) {
				at(number, Operation.CANCEL);
				super.cancel(message, cause);
			}

			@Override
			public boolean isReady() {
				at(number, Operation.READY);
				return super.isReady();
			}

			@Override
			public Attributes getAttributes() {
				at(number, Operation.ATTRIBUTES);
				return super.getAttributes();
			}

		};
	}

	private void at(int number, Operation operation) {
		if (number == this.broken && operation == this.operation) {
			BrokenCall.<RuntimeException>sneak(this.failure);
		}
	}

}
