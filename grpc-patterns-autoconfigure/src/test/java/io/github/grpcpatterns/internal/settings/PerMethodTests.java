/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PerMethod}.
 */
class PerMethodTests {

	private final AtomicInteger settled = new AtomicInteger();

	private final PerMethod<String> perMethod = new PerMethod<>((method) -> {
		this.settled.incrementAndGet();
		return new String(method.getFullMethodName());
	});

	@Test
	void aMethodIsSettledOnce() {
		String first = this.perMethod.get(PingServiceGrpc.getPingMethod());
		assertThat(this.perMethod.get(PingServiceGrpc.getPingMethod())).isSameAs(first);
		assertThat(this.perMethod.get(PingServiceGrpc.getPingListMethod())).isNotEqualTo(first);
		assertThat(this.settled).hasValue(2);
	}

	@Test
	void methodsPastTheLimitShareOneOther() {
		String first = this.perMethod.get(Methods.named("invented.v1.Service/Method0"));
		Methods.many().forEach(this.perMethod::get);
		String other = this.perMethod.get(Methods.named("a.B/C"));
		assertThat(other).isEqualTo(OtherMethod.NAME);
		assertThat(this.perMethod.get(Methods.named("a.B/D"))).isSameAs(other);
		assertThat(this.perMethod.get(Methods.named("invented.v1.Service/Method0"))).isSameAs(first)
			.isEqualTo("invented.v1.Service/Method0");
		assertThat(this.settled).hasValue(OtherMethod.MAX + 1);
	}

	@Test
	void theOtherHasTheTypeOfTheMethodsThatItTakesThePlaceOf() {
		PerMethod<MethodType> types = new PerMethod<>(MethodDescriptor::getType);
		Methods.many().forEach(types::get);
		for (MethodDescriptor<?, ?> method : List.of(PingServiceGrpc.getPingMethod(),
				PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingBidiMethod())) {
			assertThat(types.get(method)).isEqualTo(method.getType());
		}
	}

}
