/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * A call of any kind, driven by hand, that keeps what its caller sees.
 */
public final class RawCall extends ClientCall.Listener<PingResponse> {

	private final ClientCall<PingRequest, PingResponse> call;

	private final CompletableFuture<Status> status = new CompletableFuture<>();

	private final AtomicInteger closes = new AtomicInteger();

	private final Queue<PingResponse> responses = new ConcurrentLinkedQueue<>();

	private final CountDownLatch first = new CountDownLatch(1);

	private volatile Metadata headers = new Metadata();

	private volatile Metadata trailers = new Metadata();

	private RawCall(ClientCall<PingRequest, PingResponse> call) {
		this.call = call;
	}

	/**
	 * Start a call and ask for every response.
	 */
	public static RawCall start(Channel channel, MethodDescriptor<PingRequest, PingResponse> method,
			CallOptions options, Metadata headers) {
		RawCall call = new RawCall(channel.newCall(method, options));
		call.call.start(call, headers);
		call.call.request(Integer.MAX_VALUE);
		return call;
	}

	/**
	 * Start a call and ask for no response.
	 */
	public static RawCall startUnread(Channel channel, MethodDescriptor<PingRequest, PingResponse> method) {
		RawCall call = new RawCall(channel.newCall(method, CallOptions.DEFAULT));
		call.call.start(call, new Metadata());
		return call;
	}

	public RawCall request(int messages) {
		this.call.request(messages);
		return this;
	}

	public boolean isReady() {
		return this.call.isReady();
	}

	public RawCall send(PingRequest request) {
		this.call.sendMessage(request);
		return this;
	}

	public RawCall halfClose() {
		this.call.halfClose();
		return this;
	}

	public RawCall cancel() {
		this.call.cancel("cancelled by the test", null);
		return this;
	}

	@Override
	public void onHeaders(Metadata headers) {
		this.headers = headers;
	}

	@Override
	public void onMessage(PingResponse response) {
		this.responses.add(response);
		this.first.countDown();
	}

	@Override
	public void onClose(Status status, Metadata trailers) {
		this.trailers = trailers;
		this.closes.incrementAndGet();
		this.status.complete(status);
		this.first.countDown();
	}

	/**
	 * Wait for the end.
	 */
	public Status await() {
		try {
			return this.status.get(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError("the call did not end", ex);
		}
	}

	/**
	 * Wait for the first response, or the end.
	 */
	public RawCall awaitFirst() {
		try {
			if (!this.first.await(20, TimeUnit.SECONDS)) {
				throw new AssertionError("nothing came back");
			}
			return this;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public int closes() {
		return this.closes.get();
	}

	public List<PingResponse> responses() {
		return List.copyOf(this.responses);
	}

	public Metadata headers() {
		return this.headers;
	}

	public Metadata trailers() {
		return this.trailers;
	}

}
