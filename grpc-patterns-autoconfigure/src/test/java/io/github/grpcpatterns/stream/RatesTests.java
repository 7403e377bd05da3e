/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.net.InetSocketAddress;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.stream.StreamServerProperties.RatePer;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Rates}: who shares one.
 */
class RatesTests {

	private final Rates rates = new Rates(new PolicyClock());

	private static RateLimit limit(RatePer per, String property) {
		return RateLimit.of(1, 1, per, property);
	}

	private static CallRecord call(String address, int port) {
		return TestCalls.record(PingServiceGrpc.getPingBidiMethod(), new InetSocketAddress(address, port));
	}

	private static CallRecord call(String address, String principal) {
		CallRecord call = call(address, 1);
		call.principal(principal);
		return call;
	}

	private Rate inbound(RatePer per, CallRecord call) {
		return this.rates.rate(limit(per, "a"), true, call);
	}

	@Test
	void aStreamHasItsOwn() {
		CallRecord call = call("10.0.0.1", "alice");
		assertThat(inbound(RatePer.STREAM, call)).isNotSameAs(inbound(RatePer.STREAM, call));
		assertThat(this.rates.rate(null, true, call)).isNull();
	}

	@Test
	void streamsOfAPrincipalShareItWhereverTheyComeFrom() {
		Rate rate = inbound(RatePer.PRINCIPAL, call("10.0.0.1", "alice"));
		assertThat(inbound(RatePer.PRINCIPAL, call("10.0.0.2", "alice"))).isSameAs(rate);
		assertThat(inbound(RatePer.PRINCIPAL, call("10.0.0.1", "bob"))).isNotSameAs(rate);
	}

	@Test
	void withoutAPrincipalThePeersAddressCountsWithoutItsPort() {
		Rate rate = inbound(RatePer.PRINCIPAL, call("10.0.0.1", 1));
		assertThat(inbound(RatePer.PRINCIPAL, call("10.0.0.1", 2))).isSameAs(rate);
		assertThat(inbound(RatePer.PRINCIPAL, call("10.0.0.2", 1))).isNotSameAs(rate);
		assertThat(inbound(RatePer.PRINCIPAL, call("10.0.0.2", "10.0.0.1"))).isNotSameAs(rate);
	}

	@Test
	void streamsOfAMethodShareItWhoeverCalls() {
		Rate rate = inbound(RatePer.METHOD, call("10.0.0.1", "alice"));
		assertThat(inbound(RatePer.METHOD, call("10.0.0.2", "bob"))).isSameAs(rate);
		CallRecord other = TestCalls.record(PingServiceGrpc.getPingStreamMethod(), null);
		assertThat(inbound(RatePer.METHOD, other)).isNotSameAs(rate);
	}

	@Test
	void directionsAndPropertiesDoNotShare() {
		CallRecord call = call("10.0.0.1", "alice");
		Rate rate = inbound(RatePer.PRINCIPAL, call);
		assertThat(this.rates.rate(limit(RatePer.PRINCIPAL, "a"), false, call)).isNotSameAs(rate);
		assertThat(this.rates.rate(limit(RatePer.PRINCIPAL, "b"), true, call)).isNotSameAs(rate);
	}

}
