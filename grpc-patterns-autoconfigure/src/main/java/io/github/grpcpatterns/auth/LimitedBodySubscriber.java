/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * Reads a response's body, and fails beyond a maximum size.
 */
final class LimitedBodySubscriber implements HttpResponse.BodySubscriber<byte[]> {

	private final HttpResponse.BodySubscriber<byte[]> body = HttpResponse.BodySubscribers.ofByteArray();

	private long left;

	private Flow.@Nullable Subscription subscription;

	LimitedBodySubscriber(long maxBytes) {
		this.left = maxBytes;
	}

	@Override
	public CompletionStage<byte[]> getBody() {
		return this.body.getBody();
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.subscription = subscription;
		this.body.onSubscribe(subscription);
	}

	@Override
	public void onNext(List<ByteBuffer> buffers) {
		if (this.left < 0) {
			return;
		}
		for (ByteBuffer buffer : buffers) {
			this.left -= buffer.remaining();
		}
		if (this.left >= 0) {
			this.body.onNext(buffers);
			return;
		}
		if (this.subscription != null) {
			this.subscription.cancel();
		}
		this.body.onError(new IOException("the response is too large"));
	}

	@Override
	public void onError(Throwable ex) {
		this.body.onError(ex);
	}

	@Override
	public void onComplete() {
		this.body.onComplete();
	}

}
