/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.NoSuchElementException;
import java.util.concurrent.Executor;

import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceBlockingStub;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceStub;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;

/**
 * Serves the products in the process and without any policy but the mapping of
 * exceptions.
 */
final class ProductServer implements AutoCloseable {

	private final Server server;

	private final ManagedChannel channel;

	/**
	 * Run client and server on the caller's thread, so that whatever a call leads to has
	 * happened when it returns.
	 */
	ProductServer(ProductStore store, PriceFeed prices) throws Exception {
		this(store, prices, Runnable::run);
	}

	ProductServer(ProductStore store, PriceFeed prices, Executor executor) throws Exception {
		String name = InProcessServerBuilder.generateName();
		this.server = InProcessServerBuilder.forName(name)
			.executor(executor)
			.addService(new ProductGrpcService(store, prices))
			.intercept(new ExceptionMapping())
			.build()
			.start();
		this.channel = InProcessChannelBuilder.forName(name).executor(executor).build();
	}

	ProductServiceBlockingStub blockingStub() {
		return ProductServiceGrpc.newBlockingStub(this.channel);
	}

	ProductServiceStub stub() {
		return ProductServiceGrpc.newStub(this.channel);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
	}

	/**
	 * What the sample leaves to the starter, in its smallest form.
	 */
	private static final class ExceptionMapping implements ServerInterceptor {

		@Override
		public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
				ServerCallHandler<Q, R> next) {
			ServerCall<Q, R> mapped = new MappedCall<>(call);
			return new SimpleForwardingServerCallListener<>(next.startCall(mapped, headers)) {

				@Override
				public void onHalfClose() {
					try {
						super.onHalfClose();
					}
					catch (RuntimeException ex) {
						Metadata trailers = Status.trailersFromThrowable(ex);
						mapped.close(Status.fromThrowable(ex), (trailers != null) ? trailers : new Metadata());
					}
				}

			};
		}

	}

	private static final class MappedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

		MappedCall(ServerCall<Q, R> call) {
			super(call);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			boolean missing = status.getCause() instanceof NoSuchElementException;
			super.close(missing ? Status.NOT_FOUND.withDescription(status.getCause().getMessage()) : status, trailers);
		}

	}

}
