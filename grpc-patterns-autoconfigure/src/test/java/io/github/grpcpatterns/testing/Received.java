/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/**
 * Keeps the messages of one direction of a call, and its end.
 */
public class Received<T> implements StreamObserver<T> {

	/** All messages, in order. */
	public final List<T> values = new CopyOnWriteArrayList<>();

	private final BlockingQueue<T> untaken = new LinkedBlockingQueue<>();

	private final CompletableFuture<Status> end = new CompletableFuture<>();

	private volatile Throwable error;

	@Override
	public void onNext(T value) {
		this.values.add(value);
		this.untaken.add(value);
	}

	@Override
	public void onError(Throwable ex) {
		this.error = ex;
		end(Status.fromThrowable(ex));
	}

	@Override
	public void onCompleted() {
		end(Status.OK);
	}

	private void end(Status status) {
		if (!this.end.complete(status)) {
			throw new AssertionError("ended twice");
		}
	}

	/**
	 * Wait for the next message.
	 */
	public T next() {
		try {
			T value = this.untaken.poll(10, TimeUnit.SECONDS);
			if (value == null) {
				throw new AssertionError("no message came");
			}
			return value;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public boolean ended() {
		return this.end.isDone();
	}

	/**
	 * Wait for the end.
	 */
	public Status status() {
		return this.end.orTimeout(60, TimeUnit.SECONDS).join();
	}

	/**
	 * Wait for the end.
	 * @return what it failed with, {@code null} where it completed
	 */
	public Throwable error() {
		status();
		return this.error;
	}

}
