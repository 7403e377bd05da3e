package io.github.grpcpatterns.internal.settings;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor;
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
	void inventedMethodsDoNotFillTheMemory() {
		String first = this.perMethod.get(method(0));
		for (int i = 1; i < 10_000; i++) {
			this.perMethod.get(method(i));
		}
		String late = this.perMethod.get(method(10_000));
		assertThat(this.perMethod.get(method(10_000))).isEqualTo(late).isNotSameAs(late);
		assertThat(this.perMethod.get(method(0))).isSameAs(first);
	}

	private static MethodDescriptor<?, ?> method(int number) {
		return PingServiceGrpc.getPingMethod().toBuilder().setFullMethodName("a.B/C" + number).build();
	}

}
