/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.Objects;
import java.util.function.Function;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * A server stream that is reopened when it breaks, from the position that the caller
 * reached. Its observer sees one stream. For a method that streams in both directions,
 * the one request is sent and the client's side stays open, because some watches end with
 * it.
 *
 * <pre class="code">
 * ResumableStream.of(stub, ProductServiceGrpc.getListProductsMethod(),
 *         (last) -> ListProductsRequest.newBuilder().setPageToken((last != null) ? last.getId() : "").build())
 *     .start(products);
 * </pre>
 *
 * <b>When.</b> After {@code UNAVAILABLE} (the server went away, drains, or cannot be
 * reached), after {@code UNAUTHENTICATED} with the reason {@code TOKEN_EXPIRED} (a
 * {@code TokenSupplier} is asked again for every call), and after
 * {@code DEADLINE_EXCEEDED} with the reason {@code STREAM_MAX_DURATION}. Every other
 * status ends it.
 * <p>
 * <b>How often.</b> Waits and attempts are those of {@code grpc.patterns.client.retry}
 * for the method, where the channel has that pattern, else its defaults; its
 * {@code codes}, budget and idempotency do not count here, and it does not repeat these
 * calls itself. {@code max-attempts} bounds the calls in a row that bring no message; one
 * that brought some and broke is the first of the next row, so 1 means that nothing is
 * reopened. The row, and the waits, begin anew as well after a stream that reached its
 * greatest age, and after a token expired on one that lived longer than
 * {@code max-backoff}: a stream may be quiet for long. A wait that the server asks for
 * replaces ours; a negative pushback ends the stream, unless the server drains: that one
 * forbids to repeat a request, and this is not the same one. Where the deadline of the
 * call options or of the surrounding {@link io.grpc.Context} leaves no room for the wait,
 * and where the application closes during it, the stream ends at once.
 * <p>
 * <b>What is guaranteed.</b> Messages arrive one at a time, in the order of the server,
 * and after all of them exactly one {@code onCompleted} or {@code onError}. Whether
 * messages are lost or come twice is up to the cursor: each call asks from the last
 * message that the observer was given, so nothing is lost and nothing comes twice if the
 * server continues right behind it, in an order that does not change. A cursor that names
 * a place the message shares with others (a time stamp) repeats or loses those; a message
 * whose {@code onNext} was under way when the process ended is the caller's to sort out.
 * <p>
 * Every call is one of its own to the server, to logs, to meters and to interceptors.
 * Immutable; each {@link #start} makes an independent stream.
 *
 * @param <ReqT> the type of the request
 * @param <RespT> the type of the messages
 */
public final class ResumableStream<ReqT, RespT> {

	private final Channel channel;

	private final MethodDescriptor<ReqT, RespT> method;

	private final CallOptions callOptions;

	private final Function<@Nullable RespT, ReqT> request;

	private ResumableStream(Channel channel, MethodDescriptor<ReqT, RespT> method, CallOptions callOptions,
			Function<@Nullable RespT, ReqT> request) {
		this.channel = Objects.requireNonNull(channel, "channel");
		this.method = Objects.requireNonNull(method, "method");
		this.callOptions = Objects.requireNonNull(callOptions, "callOptions");
		this.request = Objects.requireNonNull(request, "request");
		if (method.getType().serverSendsOneMessage()) {
			throw new IllegalArgumentException(
					"method: " + method.getFullMethodName() + " (expected: one that streams from the server)");
		}
	}

	/**
	 * Describe a stream that is called as a stub would.
	 * @param <ReqT> the type of the request
	 * @param <RespT> the type of the messages
	 * @param stub the stub whose channel and call options count; a deadline bounds the
	 * whole, however often it is reopened
	 * @param method the method
	 * @param request the caller's cursor, see
	 * {@link #of(Channel, MethodDescriptor, Function)}
	 * @return the stream, not started
	 */
	public static <ReqT, RespT> ResumableStream<ReqT, RespT> of(AbstractStub<?> stub,
			MethodDescriptor<ReqT, RespT> method, Function<@Nullable RespT, ReqT> request) {
		return new ResumableStream<>(stub.getChannel(), method, stub.getCallOptions(), request);
	}

	/**
	 * Describe a stream.
	 * @param <ReqT> the type of the request
	 * @param <RespT> the type of the messages
	 * @param channel the channel
	 * @param method the method
	 * @param request the caller's cursor: makes the request that asks for what comes
	 * after a message, the last one that the observer was given, or {@code null} for the
	 * beginning. Called before each call, on the thread that starts the stream and then
	 * where callbacks run, never while the observer is called
	 * @return the stream, not started
	 * @throws IllegalArgumentException if the method does not stream from the server
	 */
	public static <ReqT, RespT> ResumableStream<ReqT, RespT> of(Channel channel, MethodDescriptor<ReqT, RespT> method,
			Function<@Nullable RespT, ReqT> request) {
		return new ResumableStream<>(channel, method, CallOptions.DEFAULT, request);
	}

	/**
	 * Return the same stream with other call options.
	 * @param callOptions the options; callbacks come on their executor, where they have
	 * one, else on the channel's. A deadline bounds the whole, however often the stream
	 * is reopened
	 * @return a stream, not started
	 */
	public ResumableStream<ReqT, RespT> withCallOptions(CallOptions callOptions) {
		return new ResumableStream<>(this.channel, this.method, callOptions, this.request);
	}

	/**
	 * Open the stream. The next message is asked for when {@code onNext} returns, so that
	 * a slow observer slows the server down.
	 * @param responses receives the messages and the one end: {@code onError} gets a
	 * {@link io.grpc.StatusRuntimeException} with status and trailers of the last call
	 * @return the open stream
	 * @throws RuntimeException what the cursor or the channel throws for the first call;
	 * then the observer is not called
	 */
	public Running start(StreamObserver<? super RespT> responses) {
		return start(responses, true);
	}

	/**
	 * Open the stream, without asking for messages: that is for
	 * {@link Running#request(int)}. Nothing arrives before, but the end may.
	 * @param responses as for {@link #start(StreamObserver)}
	 * @return the open stream
	 * @throws RuntimeException as of {@link #start(StreamObserver)}
	 */
	public Running startWithoutRequest(StreamObserver<? super RespT> responses) {
		return start(responses, false);
	}

	private Running start(StreamObserver<? super RespT> responses, boolean autoRequest) {
		Objects.requireNonNull(responses, "responses");
		ResumableCall<ReqT, RespT> call = new ResumableCall<>(this.channel, this.method, this.callOptions, this.request,
				responses, autoRequest);
		call.start();
		return call;
	}

	/**
	 * An open stream. Its methods may be called from any thread, at any time; after the
	 * end they do nothing.
	 */
	public interface Running {

		/**
		 * Ask for more messages, across all calls that the stream takes.
		 * @param count how many more; at least 1
		 */
		void request(int count);

		/**
		 * End the stream, also while it waits to be reopened. The observer gets no
		 * message that it is not being given already, and then {@code onError} with
		 * {@code CANCELLED}, unless the stream has ended just now.
		 */
		void cancel();

	}

}
