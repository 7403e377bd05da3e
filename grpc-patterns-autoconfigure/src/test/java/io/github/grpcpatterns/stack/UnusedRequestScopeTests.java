/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorRegistry;
import net.devh.boot.grpc.server.scope.GrpcRequestScope;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnusedRequestScope}.
 */
class UnusedRequestScopeTests {

	@Test
	void noScopeIsOpenedThatNoBeanHas() {
		TestStack.NET_DEVH.run(TestStack.NET_DEVH.runner(), (context,
				channel) -> assertThat(context.getBean(GlobalServerInterceptorRegistry.class).getServerInterceptors())
					.isNotEmpty()
					.noneMatch(GrpcRequestScope.class::isInstance));
	}

	@Test
	void eachCallHasItsOwnBeanOfTheScope() {
		TestStack.NET_DEVH.run(TestStack.NET_DEVH.runner().withUserConfiguration(Scoped.class), (context, channel) -> {
			Visit visit = context.getBean(Visit.class);
			List<String> seen = new CopyOnWriteArrayList<>();
			context.getBean(PingService.class).first(() -> {
				seen.add(visit.id());
				seen.add(visit.id());
			});
			for (int i = 0; i < 2; i++) {
				PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			}
			assertThat(seen).hasSize(4).doesNotContainNull();
			assertThat(seen.get(0)).isEqualTo(seen.get(1)).isNotEqualTo(seen.get(2));
			assertThat(seen.get(2)).isEqualTo(seen.get(3));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		@Scope(scopeName = GrpcRequestScope.GRPC_REQUEST_SCOPE_NAME, proxyMode = ScopedProxyMode.TARGET_CLASS)
		Visit visit() {
			return new Visit();
		}

	}

	static class Visit {

		private final String id = UUID.randomUUID().toString();

		String id() {
			return this.id;
		}

	}

}
