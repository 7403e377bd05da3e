/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;

/**
 * Watches the health of a server.
 */
final class Health implements StreamObserver<HealthCheckResponse> {

	private final List<ServingStatus> seen = new CopyOnWriteArrayList<>();

	private final CompletableFuture<Status> end = new CompletableFuture<>();

	private volatile Metadata trailers = new Metadata();

	private Health() {
	}

	static Health watch(Channel channel, String name) {
		Health health = new Health();
		HealthGrpc.newStub(channel).watch(HealthCheckRequest.newBuilder().setService(name).build(), health);
		return health;
	}

	static ServingStatus check(Channel channel, String name) {
		return HealthGrpc.newBlockingStub(channel)
			.check(HealthCheckRequest.newBuilder().setService(name).build())
			.getStatus();
	}

	List<ServingStatus> seen() {
		return this.seen;
	}

	boolean ended() {
		return this.end.isDone();
	}

	Metadata trailers() {
		return this.trailers;
	}

	Status await() throws Exception {
		return this.end.get(20, TimeUnit.SECONDS);
	}

	@Override
	public void onNext(HealthCheckResponse response) {
		this.seen.add(response.getStatus());
	}

	@Override
	public void onError(Throwable ex) {
		Metadata trailers = Status.trailersFromThrowable(ex);
		this.trailers = (trailers != null) ? trailers : new Metadata();
		this.end.complete(Status.fromThrowable(ex));
	}

	@Override
	public void onCompleted() {
		this.end.complete(Status.OK);
	}

}
