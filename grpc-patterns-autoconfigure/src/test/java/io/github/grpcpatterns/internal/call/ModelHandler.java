/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * The handler of a model: sends numbers in order on a thread of its own, and notes
 * callbacks that break the contract of {@link ServerCall.Listener}.
 */
final class ModelHandler extends ServerCall.Listener<Integer> {

	private final ModelThreads threads;

	private ServerCall<Integer, Integer> call;

	private Context context;

	private boolean inCallback;

	private int sent;

	private int sentBeforeClose;

	private int readies;

	/** The value of {@link #readies} when it was last told to wait, else negative. */
	private int waitsSince = -1;

	private int cancels;

	private int completes;

	ModelHandler(ModelThreads threads) {
		this.threads = threads;
	}

	/**
	 * The call begins.
	 */
	void start(ServerCall<Integer, Integer> call) {
		this.call = call;
		this.context = Context.current();
		call.sendHeaders(new Metadata());
	}

	boolean started() {
		return this.call != null;
	}

	void send() {
		try {
			this.call.sendMessage(this.sent + 1);
			this.sent++;
		}
		catch (IllegalStateException ex) {
			// the handler has closed the call meanwhile
		}
	}

	/**
	 * Ask whether it may send.
	 */
	void ask() {
		int readies = this.readies;
		this.waitsSince = this.call.isReady() ? -1 : readies;
	}

	void close() {
		int sent = this.sent;
		this.call.close(Status.OK, new Metadata());
		this.sentBeforeClose = sent;
	}

	boolean isReady() {
		return this.call.isReady();
	}

	/**
	 * Return whether it was told to wait, and not yet that it may send.
	 */
	boolean waits() {
		return this.waitsSince == this.readies;
	}

	/**
	 * Return how many messages an {@code OK} of its own promises to the client.
	 */
	int sentBeforeClose() {
		return this.sentBeforeClose;
	}

	int cancels() {
		return this.cancels;
	}

	int completes() {
		return this.completes;
	}

	Context context() {
		return this.context;
	}

	@Override
	public void onMessage(Integer message) {
		inCallback(() -> {
			throw new IllegalStateException("a fault of the handler");
		});
	}

	@Override
	public void onReady() {
		inCallback(() -> this.readies++);
	}

	@Override
	public void onCancel() {
		inCallback(() -> this.cancels++);
	}

	@Override
	public void onComplete() {
		inCallback(() -> this.completes++);
	}

	/**
	 * Run something that must not overlap with another callback.
	 */
	void inCallback(Runnable callback) {
		if (this.inCallback) {
			this.threads.fault("two callbacks overlap");
		}
		if (this.cancels + this.completes > 0) {
			this.threads.fault("a callback follows the last one");
		}
		if (Context.current() != this.context) {
			this.threads.fault("a callback has another context");
		}
		this.inCallback = true;
		try {
			callback.run();
		}
		finally {
			this.inCallback = false;
		}
	}

}
