/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Closes;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;

/**
 * A server with the error pattern around a service that fails.
 */
final class ErrorFixture implements AutoCloseable {

	static final String CORRELATION_ID = "c0ffee";

	final FailingService service = new FailingService();

	final CallRecorder recorder = new CallRecorder();

	final Closes closes = new Closes();

	final GrpcHarness harness;

	ErrorFixture(StatusMapping mapping, ServerInterceptor... own) {
		ServerInterceptor[] inner = new ServerInterceptor[own.length + 1];
		inner[0] = new ErrorServerInterceptor(new RichStatus(RichStatus.DEFAULT_DOMAIN));
		System.arraycopy(own, 0, inner, 1, own.length);
		this.harness = GrpcHarness.netty()
			.service(this.service)
			.mapping(mapping)
			.interceptors(this.recorder, new Correlation(), this.closes)
			.innerInterceptors(inner)
			.start();
	}

	static ErrorFixture withDefaults(ServerInterceptor... own) {
		return new ErrorFixture(mapping(properties()), own);
	}

	static ErrorServerProperties properties() {
		return new ErrorServerProperties(true, RichStatus.DEFAULT_DOMAIN, Map.of(), Set.of(),
				ErrorServerProperties.Upstream.CONVERT);
	}

	static StatusMapping mapping(ErrorServerProperties properties, GrpcExceptionMapper... mappers) {
		return mapping(properties, List.of(), mappers);
	}

	static StatusMapping mapping(ErrorServerProperties properties, List<StackErrorHandlers> handlers,
			GrpcExceptionMapper... mappers) {
		return new StatusMapping(new RichStatus(RichStatus.DEFAULT_DOMAIN), properties, List.of(mappers),
				new ConfiguredErrors(properties.mappings(), null), handlers,
				List.of(new JavaErrors(), new SecurityErrors(), new ValidationErrors()));
	}

	/**
	 * Make a unary call whose handler throws.
	 */
	StatusRuntimeException thrown(Supplier<? extends Throwable> failure) {
		this.service.failWith(FailingService.Way.THROW, failure);
		return CallKind.UNARY.await(this.harness.channel());
	}

	/**
	 * Make a unary call whose handler calls {@code onError}.
	 */
	StatusRuntimeException onError(Supplier<? extends Throwable> failure) {
		this.service.failWith(FailingService.Way.ON_ERROR, failure);
		return CallKind.UNARY.await(this.harness.channel());
	}

	@Override
	public void close() {
		this.harness.close();
	}

	/**
	 * Gives calls their correlation id.
	 */
	private static final class Correlation implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			CallRecord.current().correlationId(CORRELATION_ID);
			return next.startCall(call, headers);
		}

	}

}
