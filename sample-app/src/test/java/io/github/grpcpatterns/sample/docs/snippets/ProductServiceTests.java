/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs.snippets;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.test.CallRecorder;
import io.github.grpcpatterns.test.GrpcPatternsTest;
import io.github.grpcpatterns.test.WithGrpcCaller;
import io.grpc.Channel;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@TestPropertySource(properties = "grpc.client.gateway.address=in-process:${grpc-patterns-test.in-process-name}")
@GrpcPatternsTest
@WithGrpcCaller(name = "alice", authorities = "SCOPE_products:write")
class ProductServiceTests {

	private static final CreateProductRequest LAMP = CreateProductRequest.newBuilder()
		.setName("Lamp")
		.setCategoryId("home")
		.build();

	@Autowired
	private Channel channel;

	@Autowired
	private CallRecorder calls;

	@Test
	void aWriterCreatesProducts() {
		ProductServiceGrpc.newBlockingStub(this.channel).createProduct(LAMP);
		assertThat(this.calls).single().endedWith(Status.Code.OK).hasPrincipal("alice");
	}

	@Test
	@WithGrpcCaller(name = "bob")
	void nobodyElseDoes() {
		assertThatThrownBy(() -> ProductServiceGrpc.newBlockingStub(this.channel).createProduct(LAMP))
			.hasMessageStartingWith("PERMISSION_DENIED");
		assertThat(this.calls).single().endedWith(EndReason.ACCESS_DENIED);
	}

}
