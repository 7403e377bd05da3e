/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stream.StreamServerProperties.RatePer;
import io.github.grpcpatterns.testing.PolicyClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link StreamServerProperties}.
 */
class StreamServerPropertiesTests {

	@Test
	void onlyWhatWaitsIsBoundedByDefault() {
		StreamServerProperties properties = StreamFixture.bind(Map.of());
		assertThat(properties)
			.isEqualTo(new StreamServerProperties(true, Duration.ZERO, Duration.ZERO, 0, 0, DataSize.ofBytes(0),
					DataSize.ofBytes(0), DataSize.ofMegabytes(16), null, 0, 0, 0, 0, RatePer.STREAM, List.of()));
		assertThat(properties.totalBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
	}

	@Test
	void bareNumbersAreSecondsAndBytes() {
		StreamServerProperties properties = StreamFixture
			.bind(Map.of("max-duration", "60", "idle-timeout", "5", "max-inbound-bytes", "1KB", "max-outbound-bytes",
					"10", "max-pending-bytes", "1MB", "max-pending-bytes-total", "0", "rate-per", "principal"));
		assertThat(properties.maxDuration()).hasSeconds(60);
		assertThat(properties.idleTimeout()).hasSeconds(5);
		assertThat(properties.maxInboundBytes().toBytes()).isEqualTo(1024);
		assertThat(properties.maxOutboundBytes().toBytes()).isEqualTo(10);
		assertThat(properties.maxPendingBytes().toMegabytes()).isOne();
		assertThat(properties.totalBytes()).isZero();
		assertThat(properties.ratePer()).isEqualTo(RatePer.PRINCIPAL);
	}

	@Test
	void anOverrideMayHaveEverySettingOfAMethod() {
		StreamServerProperties properties = StreamFixture.bind(Map.ofEntries(Map.entry("overrides[0].methods", "a.B/*"),
				Map.entry("overrides[0].max-duration", "1m"), Map.entry("overrides[0].idle-timeout", "2"),
				Map.entry("overrides[0].max-inbound-messages", 3), Map.entry("overrides[0].max-outbound-messages", 4),
				Map.entry("overrides[0].max-inbound-bytes", "5KB"), Map.entry("overrides[0].max-outbound-bytes", "6KB"),
				Map.entry("overrides[0].max-pending-bytes", "7KB"), Map.entry("overrides[0].inbound-rate", 8.5),
				Map.entry("overrides[0].outbound-rate", 9), Map.entry("overrides[0].inbound-burst", 10),
				Map.entry("overrides[0].outbound-burst", 11), Map.entry("overrides[0].rate-per", "method")));
		assertThat(properties.overrides()).containsExactly(new StreamServerProperties.Override(List.of("a.B/*"),
				Duration.ofMinutes(1), Duration.ofSeconds(2), 3L, 4L, DataSize.ofKilobytes(5), DataSize.ofKilobytes(6),
				DataSize.ofKilobytes(7), 8.5, 9.0, 10L, 11L, RatePer.METHOD));
	}

	@ParameterizedTest
	@CsvSource({ "max-duration,-1", "idle-timeout,-1ms", "max-inbound-messages,-1", "max-outbound-messages,-1",
			"max-inbound-bytes,-1B", "max-outbound-bytes,-1B", "max-pending-bytes,-1KB", "max-pending-bytes-total,-1",
			"inbound-rate,-0.1", "outbound-rate,-1", "inbound-burst,-1", "outbound-burst,-1", "inbound-rate,NaN" })
	void negativeValuesAreRefused(String name, String value) {
		assertThatThrownBy(() -> StreamFixture.bind(Map.of(name, value))).rootCause()
			.isInstanceOf(SettingException.class)
			.hasMessageStartingWith(name + ": ")
			.hasMessageContaining("Must not be negative.");
		if (!name.equals("max-pending-bytes-total")) {
			assertThatThrownBy(
					() -> StreamFixture.bind(Map.of("overrides[0].methods", "*", "overrides[0]." + name, value)))
				.rootCause()
				.isInstanceOf(SettingException.class);
		}
	}

	@ParameterizedTest
	@CsvSource({ "inbound-rate,0.000001", "outbound-rate,10000000000" })
	void aRateThatIsNoneIsRefused(String name, String value) {
		assertThatThrownBy(() -> StreamFixture.bind(Map.of(name, value))).rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> assertThat(ex.setting()).isEqualTo(name));
	}

	@ParameterizedTest
	@CsvSource({ "0.00001", "0.3", "1", "1.5", "20", "12345.678", "1000000000" })
	void everyRateMakesABucket(double rate) {
		long burst = (long) Math.ceil(rate);
		RateLimit limit = RateLimit.of(rate, burst, RatePer.STREAM, "");
		PolicyClock clock = new PolicyClock();
		io.github.bucket4j.Bucket bucket = limit.bucket(clock);
		assertThat(bucket.tryConsume(burst)).isTrue();
		assertThat(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()).isCloseTo((long) (1e9 / rate),
				org.assertj.core.api.Assertions.within((long) (1 + 1e6 / rate)));
		clock.advance(Duration.ofNanos((long) (10e9 / rate) + 1));
		assertThat(bucket.getAvailableTokens()).isBetween(Math.min(10, burst), Math.min(11, burst));
	}

}
