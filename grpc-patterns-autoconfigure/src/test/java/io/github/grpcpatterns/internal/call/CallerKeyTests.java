/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.inprocess.InProcessSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallerKey} and {@link PeerText}.
 */
class CallerKeyTests {

	private static CallRecord from(@Nullable SocketAddress peer) {
		return TestCalls.record(PingServiceGrpc.getPingMethod(), peer);
	}

	@Test
	void aPeerIsItsAddressWithoutPort() throws Exception {
		InetAddress address = InetAddress.getByAddress(new byte[] { 10, 0, 0, 1 });
		CallRecord call = from(new InetSocketAddress(address, 4711));
		assertThat(call.peerText()).isEqualTo("10.0.0.1:4711");
		assertThat(CallerKey.of(call, false)).isEqualTo(CallerKey.of(from(new InetSocketAddress(address, 1)), false));
		assertThat(CallerKey.text(CallerKey.of(call, false))).isEqualTo("peer:10.0.0.1");
	}

	@Test
	void aClientOfAUnixSocketHasAText() {
		CallRecord unix = from(UnixDomainSocketAddress.of(""));
		assertThat(unix.peerText()).isEqualTo("unix");
		assertThat(CallerKey.text(CallerKey.of(unix, true))).isEqualTo("peer:unix")
			.isNotEqualTo(CallerKey.text(CallerKey.of(from(null), true)));
		assertThat(from(UnixDomainSocketAddress.of("/run/client.sock")).peerText()).isEqualTo("/run/client.sock");
	}

	@Test
	void anotherTransportHasItsOwnForm() {
		assertThat(from(new InProcessSocketAddress("name")).peerText()).isEqualTo("name");
		assertThat(from(null).peerText()).isNull();
	}

}
