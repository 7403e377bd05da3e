/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenRate}.
 */
class TokenRateTests {

	@ParameterizedTest
	@CsvSource({ "1, 0, 1/1s/1", "50, 0, 50/1s/50", "2.5, 0, 25/10s/3", "0.1, 0, 1/10s/1", "0.333, 4, 333/1000s/4",
			"0.00001, 0, 1/100000s/1", "0.000001, 0, 1/1000000s/1", "0.0000015, 0, 15/10000000s/1",
			"1000000000, 0, 1000000000/1s/1000000000", "123456.789, 5, 12345679/100s/5",
			"3.3333333333333335, 0, 33333/10000s/4" })
	void aRateIsAWholeNumberOfTokensInAPowerOfTenOfSeconds(double perSecond, long burst, String rate) {
		assertThat(TokenRate.of(perSecond, burst)).hasToString(rate);
	}

	@Test
	void aBucketIsFullAgainAfterItsBurstAtItsRate() {
		assertThat(TokenRate.of(2.5, 0).refillTime()).isEqualTo(Duration.ofMillis(1200));
		assertThat(TokenRate.of(0.000001, Long.MAX_VALUE).refillTime()).isPositive();
	}

	@Test
	void aBucketHasTheBurstAndTheRate() {
		assertThat(TokenRate.of(0.3, 2).bandwidth()).satisfies((bandwidth) -> {
			assertThat(bandwidth.getCapacity()).isEqualTo(2);
			assertThat(bandwidth.getRefillTokens()).isEqualTo(3);
			assertThat(bandwidth.getRefillPeriodNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
		});
	}

}
