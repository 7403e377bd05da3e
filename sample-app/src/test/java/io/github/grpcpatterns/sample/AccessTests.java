package io.github.grpcpatterns.sample;

import java.util.stream.Stream;

import com.google.protobuf.Empty;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.user.v1.CreateUserRequest;
import io.github.grpcpatterns.sample.user.v1.ListUsersRequest;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for access to the methods of the sample.
 */
class AccessTests {

	private static final CreateProductRequest LAMP = CreateProductRequest.newBuilder()
		.setName("Lamp")
		.setCategoryId("home")
		.build();

	private static SampleInstance instance;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start();
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	static Stream<MethodDescriptor<?, ?>> changesOfTheCatalogue() {
		return Stream.of(ProductServiceGrpc.getCreateProductMethod(), ProductServiceGrpc.getDeleteProductMethod(),
				ProductServiceGrpc.getBatchCreateProductsMethod());
	}

	@ParameterizedTest
	@MethodSource("changesOfTheCatalogue")
	void whoMayNotChangeTheCatalogueIsRefused(MethodDescriptor<?, ?> method) {
		assertRefused(instance.channel("bob", "products:read"), method, Code.PERMISSION_DENIED, "ACCESS_DENIED");
		assertRefused(instance.anonymous(), method, Code.UNAUTHENTICATED, "TOKEN_MISSING");
	}

	@Test
	void whoMayChangeTheCatalogueCreatesAndDeletesAndEverybodyReads() {
		ProductServiceGrpc.ProductServiceBlockingStub alice = ProductServiceGrpc
			.newBlockingStub(instance.channel("alice", "other products:write"));
		Product lamp = alice.createProduct(LAMP);
		assertThat(ProductServiceGrpc.newBlockingStub(instance.channel("bob", ""))
			.getProduct(GetProductRequest.newBuilder().setId(lamp.getId()).build())).isEqualTo(lamp);
		assertThat(alice.deleteProduct(DeleteProductRequest.newBuilder().setId(lamp.getId()).build()))
			.isEqualTo(Empty.getDefaultInstance());
	}

	@Test
	void whoHasNoTokenSignsUpAndAsksForHealth() {
		UserServiceGrpc.UserServiceBlockingStub nobody = UserServiceGrpc.newBlockingStub(instance.anonymous());
		CreateUserRequest carol = CreateUserRequest.newBuilder().setName("Carol").setEmail("carol@example.org").build();
		assertThat(nobody.createUser(carol).getName()).isEqualTo("Carol");
		assertThat(HealthGrpc.newBlockingStub(instance.anonymous())
			.check(HealthCheckRequest.getDefaultInstance())
			.getStatus()).isEqualTo(ServingStatus.SERVING);
		GrpcErrors error = GrpcErrors
			.from(catchThrowable(() -> nobody.listUsers(ListUsersRequest.getDefaultInstance()).hasNext()));
		assertThat(error.reason()).isEqualTo("TOKEN_MISSING");
	}

	private static <Q, R> void assertRefused(Channel channel, MethodDescriptor<Q, R> method, Code code, String reason) {
		Q request = method.parseRequest(new java.io.ByteArrayInputStream(new byte[0]));
		GrpcErrors error = GrpcErrors
			.from(catchThrowable(() -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request)));
		assertThat(error.code()).isEqualTo(code);
		assertThat(error.reason()).isEqualTo(reason);
	}

}
