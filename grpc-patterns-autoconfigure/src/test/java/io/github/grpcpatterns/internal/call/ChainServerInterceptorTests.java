/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChainServerInterceptor} and the {@link RegisteredMethods} that it
 * finds.
 */
class ChainServerInterceptorTests {

	private static final RichStatus RICH_STATUS = new RichStatus(RichStatus.DEFAULT_DOMAIN);

	private final List<String> passed = new ArrayList<>();

	private final RegisteredMethods methods = new RegisteredMethods();

	private final ChainServerInterceptor interceptor = new ChainServerInterceptor(this.methods,
			List.of(named("outer"), named("inner")));

	private ServerInterceptor named(String name) {
		return new ServerInterceptor() {

			@Override
			public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
					ServerCallHandler<Q, R> next) {
				ChainServerInterceptorTests.this.passed.add(name);
				return next.startCall(call, headers);
			}

		};
	}

	private <Q, R> ServerCallHandler<Q, R> handler(String name) {
		return (call, headers) -> {
			this.passed.add(name);
			return new ServerCall.Listener<>() {
			};
		};
	}

	private <Q, R> List<String> call(MethodDescriptor<Q, R> method, ServerCallHandler<Q, R> handler) {
		this.passed.clear();
		this.interceptor.interceptCall(new NoCall<>(method), new Metadata(), handler);
		return List.copyOf(this.passed);
	}

	@Test
	void chainStandsAroundAMethodThatNobodyRegistered() {
		MethodDescriptor<?, ?> method = PingServiceGrpc.getPingMethod();
		assertThat(call(PingServiceGrpc.getPingMethod(), handler("handler"))).containsExactly("outer", "inner",
				"handler");
		assertThat(this.methods.contains(method.getFullMethodName())).isTrue();
		assertThat(this.methods.inTable(method.getFullMethodName())).isFalse();
	}

	@Test
	void anotherHandlerOfTheSameNameTakesThePlaceOfTheFirst() {
		ServerCallHandler<PingRequest, PingResponse> first = handler("first");
		call(PingServiceGrpc.getPingMethod(), first);
		assertThat(call(PingServiceGrpc.getPingMethod(), handler("second"))).containsExactly("outer", "inner",
				"second");
		assertThat(call(PingServiceGrpc.getPingMethod(), first)).containsExactly("outer", "inner", "first");
	}

	@Test
	void whatTheStackBoundIsCalledAsItIs() {
		MethodDescriptor<?, ?> bound = this.methods.bound(new PingService().bindService())
			.getServiceDescriptor()
			.getMethods()
			.iterator()
			.next();
		assertThat(call(bound, handler("handler"))).containsExactly("handler");
	}

	@Test
	void whatWasRegisteredWithoutTheChainGetsIt() {
		MethodDescriptor<?, ?> bare = this.methods.register(new PingService().bindService())
			.getServiceDescriptor()
			.getMethods()
			.iterator()
			.next();
		assertThat(call(bare, handler("handler"))).containsExactly("outer", "inner", "handler");
	}

	@Test
	void chainIsFoundBehindOtherInterceptors() {
		ServerServiceDefinition bound = ServerInterceptors.interceptForward(new PingService().bindService(),
				named("before"), TestCalls.callServerInterceptor(TestCalls.sharedTimer(), RICH_STATUS,
						TestCalls.unknownMapping(RICH_STATUS)),
				named("behind"));
		bound.getMethods()
			.forEach((method) -> assertThat(ChainServerInterceptor.isIn(method.getServerCallHandler())).isTrue());
		ServerServiceDefinition other = ServerInterceptors.interceptForward(new PingService().bindService(),
				named("other"));
		other.getMethods()
			.forEach((method) -> assertThat(ChainServerInterceptor.isIn(method.getServerCallHandler())).isFalse());
	}

	@Test
	void furtherMethodsOfARegistryAreOneOtherAndPassTheChain() {
		Methods.many()
			.forEach((method) -> assertThat(call(method, handler("handler"))).containsExactly("outer", "inner",
					"handler"));
		assertThat(this.methods.all()).hasSize(OtherMethod.MAX + 1)
			.containsKeys("invented.v1.Service/Method0", OtherMethod.NAME);
		call(Methods.named("more.v1.Service/Method"), handler("handler"));
		assertThat(this.methods.all()).hasSize(OtherMethod.MAX + 1);
	}

	private static final class NoCall<Q, R> extends ServerCall<Q, R> {

		private final MethodDescriptor<Q, R> method;

		NoCall(MethodDescriptor<Q, R> method) {
			this.method = method;
		}

		@Override
		public void request(int numMessages) {
		}

		@Override
		public void sendHeaders(Metadata headers) {
		}

		@Override
		public void sendMessage(R message) {
		}

		@Override
		public void close(Status status, Metadata trailers) {
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public MethodDescriptor<Q, R> getMethodDescriptor() {
			return this.method;
		}

	}

}
