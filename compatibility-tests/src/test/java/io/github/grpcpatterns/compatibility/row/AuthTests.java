package io.github.grpcpatterns.compatibility.row;

import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Who may call what.
 */
class AuthTests {

	@Test
	void aCallWithoutATokenIsRefusedAndOneWithATokenIsAnswered() throws Exception {
		try (App app = App.start(More.class)) {
			PingServiceGrpc.PingServiceBlockingStub stub = PingServiceGrpc.newBlockingStub(app.channel());
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> stub.ping(PingRequest.getDefaultInstance()))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
			Metadata headers = TestTokens.headers("alice");
			assertThat(stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
				.ping(PingRequest.newBuilder().setValue("hello").build())
				.getValue()).isEqualTo("hello");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class More {

	}

}
