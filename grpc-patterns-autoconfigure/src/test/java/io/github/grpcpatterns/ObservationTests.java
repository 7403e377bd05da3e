package io.github.grpcpatterns;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The stack's own observation, and so its traces and meters, says what the client was
 * told.
 */
class ObservationTests {

	@ParameterizedTest
	@EnumSource
	void aStreamThatItsClientLeavesIsObservedAsWhatItWas(TestStack stack) {
		stack.run(stack.runner().withUserConfiguration(Observed.class), (context, channel) -> {
			List<String> ends = context.getBean(Observed.class).ends;
			RawCall cancelled = RawCall
				.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			cancelled.cancel();
			Awaitility.await().untilAsserted(() -> assertThat(ends).containsExactly("CANCELLED"));
			RawCall late = RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(),
					CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS), new Metadata());
			assertThat(late.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			Awaitility.await().untilAsserted(() -> assertThat(ends).containsExactly("CANCELLED", "DEADLINE_EXCEEDED"));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Observed implements ObservationHandler<Observation.Context> {

		private final List<String> ends = new CopyOnWriteArrayList<>();

		@Bean
		ObservationRegistry observationRegistry() {
			ObservationRegistry registry = ObservationRegistry.create();
			registry.observationConfig().observationHandler(this);
			return registry;
		}

		@Override
		public void onStop(Observation.Context context) {
			this.ends.add(context.getLowCardinalityKeyValue("grpc.status_code").getValue());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
