/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.io.ByteArrayInputStream;
import java.util.stream.Stream;

import com.google.protobuf.Empty;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.github.grpcpatterns.test.CallRecorder;
import io.github.grpcpatterns.test.GrpcPatternsTest;
import io.github.grpcpatterns.test.WithGrpcCaller;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for access to the methods of the sample.
 */
@GrpcPatternsTest(properties = "grpc.client.gateway.address=in-process:${grpc-patterns-test.in-process-name}")
class AccessTests {

	private static final CreateProductRequest LAMP = CreateProductRequest.newBuilder()
		.setName("Lamp")
		.setCategoryId("home")
		.build();

	@Autowired
	private Channel channel;

	@Autowired
	private CallRecorder calls;

	static Stream<MethodDescriptor<?, ?>> changesOfTheCatalogue() {
		return Stream.of(ProductServiceGrpc.getCreateProductMethod(), ProductServiceGrpc.getDeleteProductMethod(),
				ProductServiceGrpc.getBatchCreateProductsMethod());
	}

	@ParameterizedTest
	@MethodSource("changesOfTheCatalogue")
	@WithGrpcCaller(name = "bob", authorities = "SCOPE_products:read")
	void whoMayNotChangeTheCatalogueIsRefused(MethodDescriptor<?, ?> method) {
		call(method);
		assertThat(this.calls).single()
			.hasMethod(method.getFullMethodName())
			.endedWith(Code.PERMISSION_DENIED, EndReason.ACCESS_DENIED)
			.hasPrincipal("bob");
	}

	@ParameterizedTest
	@MethodSource("changesOfTheCatalogue")
	void whoHasNoTokenIsRefused(MethodDescriptor<?, ?> method) {
		call(method);
		assertThat(this.calls).single().endedWith(Code.UNAUTHENTICATED, EndReason.TOKEN_MISSING);
	}

	@Test
	@WithGrpcCaller(name = "alice", authorities = { "SCOPE_other", "SCOPE_products:write" })
	void whoMayChangeTheCatalogueCreatesAndDeletes() {
		ProductServiceGrpc.ProductServiceBlockingStub alice = ProductServiceGrpc.newBlockingStub(this.channel);
		Product lamp = alice.createProduct(LAMP);
		assertThat(alice.deleteProduct(DeleteProductRequest.newBuilder().setId(lamp.getId()).build()))
			.isEqualTo(Empty.getDefaultInstance());
		assertThat(this.calls).hasSize(2).last().endedWith(EndReason.COMPLETED).hasPrincipal("alice");
	}

	@Test
	@WithGrpcCaller(name = "bob")
	void everybodyWhoIsKnownReads() {
		assertThat(UserServiceGrpc.newBlockingStub(this.channel).listUsers(ListUsersRequest.getDefaultInstance()))
			.toIterable()
			.isNotNull();
		assertThat(this.calls).single().endedWith(EndReason.COMPLETED).hasPrincipal("bob");
	}

	@Test
	void whoHasNoTokenSignsUpAndAsksForHealth() {
		CreateUserRequest carol = CreateUserRequest.newBuilder().setName("Carol").setEmail("carol@example.org").build();
		assertThat(UserServiceGrpc.newBlockingStub(this.channel).createUser(carol).getName()).isEqualTo("Carol");
		assertThat(HealthGrpc.newBlockingStub(this.channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
			.isEqualTo(ServingStatus.SERVING);
	}

	private <Q, R> void call(MethodDescriptor<Q, R> method) {
		Q request = method.parseRequest(new ByteArrayInputStream(new byte[0]));
		catchThrowable(() -> ClientCalls.blockingUnaryCall(this.channel, method, CallOptions.DEFAULT, request));
	}

}
