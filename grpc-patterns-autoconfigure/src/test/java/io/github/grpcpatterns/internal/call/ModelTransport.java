/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * A stream as grpc-java has it: one callback at a time, the tracer first, and one end. It
 * has room for two messages whenever its client has read.
 */
final class ModelTransport extends ServerCall<Integer, Integer> {

	private final ModelThreads threads;

	private final MethodDescriptor<Integer, Integer> method;

	private final ServerStreamTracer tracer;

	/** Stands in for the executor of the call, which runs one callback at a time. */
	private final Object callbacks = new Object();

	private ServerCall.Listener<Integer> listener;

	private boolean callbacksOver;

	/** Waits for a thread, after the connection was lost or before the call began. */
	private Runnable lastCallback;

	// guarded by this

	private final List<Integer> messages = new ArrayList<>();

	private boolean headersSent;

	private int room;

	private Status closed;

	private Status ended;

	ModelTransport(ModelThreads threads, MethodDescriptor<Integer, Integer> method, ServerStreamTracer tracer,
			int room) {
		this.threads = threads;
		this.method = method;
		this.tracer = tracer;
		this.room = room;
	}

	/**
	 * The call begins.
	 */
	void start(Supplier<ServerCall.Listener<Integer>> chain) {
		synchronized (this.callbacks) {
			this.listener = chain.get();
		}
	}

	/**
	 * Call back, unless the last callback has come.
	 */
	void callBack(Consumer<ServerCall.Listener<Integer>> callback) {
		synchronized (this.callbacks) {
			if (!this.callbacksOver && this.listener != null) {
				callback.accept(this.listener);
			}
		}
	}

	private void callBackLast(Consumer<ServerCall.Listener<Integer>> callback) {
		synchronized (this.callbacks) {
			if (this.listener == null) {
				this.lastCallback = () -> callBackLast(callback);
				return;
			}
			this.callbacksOver = true;
			callback.accept(this.listener);
		}
	}

	/**
	 * Run the last callback where it waits for a thread.
	 */
	void callBackLate() {
		Runnable lastCallback = this.lastCallback;
		this.lastCallback = null;
		if (lastCallback != null) {
			lastCallback.run();
		}
	}

	/**
	 * The client cancels.
	 */
	void cancelled() {
		if (ends(Status.CANCELLED)) {
			callBackLast(ServerCall.Listener::onCancel);
		}
	}

	/**
	 * The connection is lost while every thread of the handlers is busy, so that only the
	 * tracer hears of it for now.
	 */
	void lost() {
		if (ends(Status.UNAVAILABLE)) {
			this.lastCallback = () -> callBackLast(ServerCall.Listener::onCancel);
		}
	}

	private boolean ends(Status status) {
		synchronized (this) {
			if (this.ended != null) {
				return false;
			}
			this.ended = status;
		}
		this.tracer.streamClosed(status);
		return true;
	}

	/**
	 * The client reads.
	 */
	void read() {
		boolean wasReady;
		synchronized (this) {
			wasReady = this.room > 0;
			this.room = Math.max(2, this.room);
		}
		if (!wasReady) {
			callBack(ServerCall.Listener::onReady);
		}
	}

	@Override
	public synchronized boolean isReady() {
		return this.room > 0 && this.closed == null && this.ended == null;
	}

	@Override
	public synchronized void sendHeaders(Metadata headers) {
		if (this.headersSent || this.closed != null) {
			this.threads.fault("headers are sent twice, or after the close");
		}
		this.headersSent = true;
	}

	@Override
	public synchronized void sendMessage(Integer message) {
		if (!this.headersSent || this.closed != null) {
			this.threads.fault("a message is sent before the headers, or after the close");
		}
		if (this.ended == null) {
			this.messages.add(message);
			this.room--;
		}
	}

	@Override
	public void close(Status status, Metadata trailers) {
		synchronized (this) {
			if (this.closed != null) {
				this.threads.fault("the stream is closed twice");
			}
			this.closed = status;
		}
		this.threads.execute(() -> {
			if (ends(status)) {
				callBackLast(ServerCall.Listener::onComplete);
			}
		});
	}

	@Override
	public void request(int numMessages) {
		// messages come when an action sends one
	}

	@Override
	public synchronized boolean isCancelled() {
		return this.ended != null;
	}

	@Override
	public MethodDescriptor<Integer, Integer> getMethodDescriptor() {
		return this.method;
	}

	@Override
	public Attributes getAttributes() {
		return Attributes.EMPTY;
	}

	synchronized List<Integer> messages() {
		return this.messages;
	}

	/**
	 * Return what the call was closed with, or {@code null} where nothing closed it.
	 */
	synchronized Status closed() {
		return this.closed;
	}

	/**
	 * Return how the stream ended for its client, or {@code null} while it lives.
	 */
	synchronized Status ended() {
		return this.ended;
	}

}
