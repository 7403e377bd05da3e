/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.Iterator;
import java.util.Objects;
import java.util.function.Supplier;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of an iterator. Everything happens within the callbacks of the
 * call, which never overlap.
 *
 * @param <T> the type of the messages
 */
final class IteratorWriter<T> {

	private static final Logger logger = LoggerFactory.getLogger(StreamWriter.class);

	private final Iterator<? extends T> source;

	private final AutoCloseable close;

	private final ServerCallStreamObserver<T> responses;

	private final CallEnd end;

	private boolean done;

	private IteratorWriter(Iterator<? extends T> source, AutoCloseable close, ServerCallStreamObserver<T> responses) {
		this.source = source;
		this.close = close;
		this.responses = responses;
		this.end = CallEnd.watch(responses, this::stop);
		responses.setOnReadyHandler(this::send); // called first after the method returned
	}

	static <T> void start(Supplier<Iterator<? extends T>> source, AutoCloseable close, StreamObserver<T> responses) {
		try {
			new IteratorWriter<>(source.get(), close, StreamWriter.serverCall(responses));
		}
		catch (Throwable ex) {
			closeAfter(ex, close);
			throw ex;
		}
	}

	private void send() {
		try {
			if (!sendWhileReady()) {
				return;
			}
		}
		catch (Throwable ex) {
			fail(ex);
			return;
		}
		this.responses.onCompleted();
	}

	/**
	 * Return whether the source has come to its end.
	 */
	private boolean sendWhileReady() throws Exception {
		while (!this.done && this.responses.isReady()) {
			if (this.end.reached()) {
				stop();
			}
			else if (this.source.hasNext()) {
				this.responses.onNext(Objects.requireNonNull(this.source.next(), "the source yields null"));
			}
			else {
				this.done = true;
				this.close.close();
				return true;
			}
		}
		return false;
	}

	private void fail(Throwable ex) {
		if (!this.done) {
			this.done = true;
			closeAfter(ex, this.close);
		}
		this.responses.onError(ex);
	}

	private void stop() {
		if (this.done) {
			return;
		}
		this.done = true;
		try {
			this.close.close();
		}
		catch (Throwable ex) {
			logger.warn("Cannot close the source of a stream", ex);
		}
	}

	private static void closeAfter(Throwable ex, AutoCloseable close) {
		try {
			close.close();
		}
		catch (Throwable closing) {
			if (closing != ex) {
				ex.addSuppressed(closing);
			}
		}
	}

}
