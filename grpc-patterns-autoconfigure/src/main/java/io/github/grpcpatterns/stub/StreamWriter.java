/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.reactivestreams.Publisher;

/**
 * Sends the messages of a source as fast as the client reads them, and ends the call with
 * the source. To be called at the end of a service method:
 *
 * <pre class="code">
 * public void listProducts(ListProductsRequest request, StreamObserver&lt;Product&gt; responses) {
 *     StreamWriter.send(this.store.products(request), responses);
 * }
 * </pre>
 *
 * <b>Pace.</b> The source is read when the transport has room. While the client is slow
 * no thread waits, and nothing is read: of an {@code Iterator} or {@code Stream} each
 * message is sent before the next one is read, of a {@code Publisher} at most
 * {@value PublisherWriter#BATCH} messages are asked for and held.
 * <p>
 * <b>End.</b> A source that ends completes the call. What it throws, or signals as an
 * error, becomes the call's {@code onError}, after the messages before it, and so goes
 * through the mapping of errors. When the call ends otherwise (the client cancels, a
 * deadline passes, a policy or an operator ends it, the server drains) nothing more is
 * read or sent: messages that a publisher had already handed over are dropped, so a
 * client that resumes goes by what it has received, not by what was read. A server that
 * drains ends the call with {@code SERVER_DRAINING}; see {@link ResumableStream}.
 * <p>
 * <b>Closing.</b> The source is closed exactly once, whatever ends the call, and never
 * while it is being read: an {@code Iterator} that is {@link AutoCloseable}, a
 * {@code Stream} with {@link Stream#close()}, the subscription of a {@code Publisher}
 * that did not end by itself with {@code cancel()}. It is closed before the call
 * completes, and an exception from it fails the call, as that of a resource in a
 * {@code try} would; after any other end it is logged. Where a method here throws, the
 * source is closed as well.
 * <p>
 * <b>Threads.</b> An {@code Iterator} or {@code Stream} is read and closed within the
 * callbacks of the call, one at a time. A {@code Publisher} may signal on any thread;
 * messages are sent one at a time, in order.
 * <p>
 * This sets the {@code onReady}, {@code onCancel} and {@code onClose} handlers of the
 * call, which must not be set again. A source that blocks holds the thread of its call,
 * as anything does that a handler runs; one that waits for events had better be a
 * {@code Publisher}. A {@link io.grpc.Context} that an interceptor of your own cancels
 * stops the reading, but ends no call.
 */
public final class StreamWriter {

	private StreamWriter() {
	}

	/**
	 * Send what an iterator yields.
	 * @param <T> the type of the messages
	 * @param source the iterator, closed at the end if it is {@link AutoCloseable}
	 * @param responses the observer that the method of the service was given
	 * @throws IllegalArgumentException if the observer is another one
	 * @throws IllegalStateException if the method of the service has already returned
	 */
	public static <T> void send(Iterator<? extends T> source, StreamObserver<T> responses) {
		Objects.requireNonNull(source, "source");
		AutoCloseable close = (source instanceof AutoCloseable closeable) ? closeable : () -> {
		};
		IteratorWriter.start(() -> source, close, responses);
	}

	/**
	 * Send the elements of a stream, which are made one by one as they are needed. (The
	 * JDK holds all that {@code flatMap} makes of one element.)
	 * @param <T> the type of the messages
	 * @param source the stream, closed at the end
	 * @param responses the observer that the method of the service was given
	 * @throws IllegalArgumentException if the observer is another one
	 * @throws IllegalStateException if the method of the service has already returned, or
	 * the stream has been used before
	 */
	public static <T> void send(Stream<? extends T> source, StreamObserver<T> responses) {
		Objects.requireNonNull(source, "source");
		IteratorWriter.start(source::iterator, source::close, responses);
	}

	/**
	 * Send what a publisher emits.
	 * @param <T> the type of the messages
	 * @param source the publisher, subscribed to once, before this returns
	 * @param responses the observer that the method of the service was given
	 * @throws IllegalArgumentException if the observer is another one
	 * @throws IllegalStateException if the method of the service has already returned
	 */
	public static <T> void send(Flow.Publisher<? extends T> source, StreamObserver<T> responses) {
		Objects.requireNonNull(source, "source");
		PublisherWriter<T> writer = new PublisherWriter<>(serverCall(responses));
		writer.start(() -> source.subscribe(writer));
	}

	/**
	 * Send what a publisher of Reactive Streams emits, such as a {@code Flux}. It has a
	 * name of its own because an application may lack that library.
	 * @param <T> the type of the messages
	 * @param source the publisher, subscribed to once, before this returns
	 * @param responses the observer that the method of the service was given
	 * @throws IllegalArgumentException if the observer is another one
	 * @throws IllegalStateException if the method of the service has already returned
	 */
	public static <T> void sendPublisher(Publisher<? extends T> source, StreamObserver<T> responses) {
		Objects.requireNonNull(source, "source");
		PublisherWriter<T> writer = new PublisherWriter<>(serverCall(responses));
		writer.start(() -> ReactiveStreamsSubscriber.subscribe(source, writer));
	}

	static <T> ServerCallStreamObserver<T> serverCall(StreamObserver<T> responses) {
		Objects.requireNonNull(responses, "responses");
		if (responses instanceof ServerCallStreamObserver<T> serverCall) {
			return serverCall;
		}
		throw new IllegalArgumentException("responses: " + responses.getClass().getName()
				+ " (expected: the observer that the method of the service was given)");
	}

}
