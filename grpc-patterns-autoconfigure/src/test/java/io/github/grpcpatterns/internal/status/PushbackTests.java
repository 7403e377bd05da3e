/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.time.Duration;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Pushback}.
 */
class PushbackTests {

	@Test
	void whenNothingIsSaidThenThereIsNoDelay() {
		for (Metadata trailers : new Metadata[] { null, new Metadata() }) {
			Pushback pushback = Pushback.of(trailers);
			assertThat(pushback.stops()).isFalse();
			assertThat(pushback.delay()).isNull();
			assertThat(pushback.millis()).isNegative();
		}
	}

	@ParameterizedTest
	@CsvSource({ "0,PT0S", "1500,PT1.5S", "' 20 ',PT0.02S", "9223372036854775807,PT2562047788015H12M55.807S" })
	void theTrailerIsTheDelayWithAndWithoutRetryInfo(String trailer, Duration delay) {
		for (Metadata trailers : new Metadata[] { new Metadata(), retryInfo(1, 0) }) {
			trailers.put(RichStatus.PUSHBACK, trailer);
			Pushback pushback = Pushback.of(trailers);
			assertThat(pushback.stops()).isFalse();
			assertThat(pushback.delay()).isEqualTo(delay);
			assertThat(pushback.millis()).isEqualTo(delay.toMillis());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "-9223372036854775808", "soon", "", "99999999999999999999" })
	void aTrailerThatIsNegativeOrNoNumberStopsWhateverRetryInfoSays(String trailer) {
		Metadata trailers = retryInfo(1, 0);
		trailers.put(RichStatus.PUSHBACK, trailer);
		assertThat(Pushback.of(trailers).stops()).isTrue();
		assertThat(Pushback.of(trailers).delay()).isNull();
		assertThat(Pushback.ofRetryInfo(trailers)).isEqualTo(new Pushback(false, Duration.ofSeconds(1)));
	}

	@ParameterizedTest
	@CsvSource({ "0,0,0", "2,500000000,2500", "0,1,1", "1,1,1001" })
	void retryInfoIsTheDelayInMillisecondsRoundedUp(long seconds, int nanos, long millis) {
		Pushback pushback = Pushback.of(retryInfo(seconds, nanos));
		assertThat(pushback.delay()).isEqualTo(Duration.ofSeconds(seconds, nanos));
		assertThat(pushback.millis()).isEqualTo(millis);
	}

	@ParameterizedTest
	@CsvSource({ "-1,0", "0,-1", "0,1000000000", "315576000001,0", "9223372036854775807,2147483647",
			"-9223372036854775808,-2147483648" })
	void anInvalidRetryInfoCountsAsMissing(long seconds, int nanos) {
		assertThat(Pushback.of(retryInfo(seconds, nanos))).isEqualTo(new Pushback(false, null));
	}

	private static Metadata retryInfo(long seconds, int nanos) {
		RetryInfo info = RetryInfo.newBuilder()
			.setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
			.build();
		Metadata trailers = new Metadata();
		trailers.put(RichStatus.DETAILS, com.google.rpc.Status.newBuilder().addDetails(Any.pack(info)).build());
		return trailers;
	}

}
