/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * Records what a client receives.
 *
 * @param <Q> type of the requests
 * @param <R> type of the responses
 */
final class RecordedResponses<Q, R> implements ClientResponseObserver<Q, R> {

	final List<R> messages = Collections.synchronizedList(new ArrayList<>());

	/** How the call ended, null while it has not. */
	volatile @Nullable Status status;

	private final boolean onDemand;

	@Nullable ClientCallStreamObserver<Q> call;

	private RecordedResponses(boolean onDemand) {
		this.onDemand = onDemand;
	}

	static <Q, R> RecordedResponses<Q, R> eager() {
		return new RecordedResponses<>(false);
	}

	/**
	 * Receive nothing but what the test {@linkplain #read(int) reads}.
	 */
	static <Q, R> RecordedResponses<Q, R> onDemand() {
		return new RecordedResponses<>(true);
	}

	@Override
	public void beforeStart(ClientCallStreamObserver<Q> call) {
		this.call = call;
		if (this.onDemand) {
			call.disableAutoRequestWithInitial(0);
		}
	}

	void read(int count) {
		this.call.request(count);
	}

	void cancel() {
		this.call.cancel("the test has seen enough", null);
	}

	@Override
	public void onNext(R message) {
		this.messages.add(message);
	}

	@Override
	public void onError(Throwable failure) {
		this.status = Status.fromThrowable(failure);
	}

	@Override
	public void onCompleted() {
		this.status = Status.OK;
	}

}
