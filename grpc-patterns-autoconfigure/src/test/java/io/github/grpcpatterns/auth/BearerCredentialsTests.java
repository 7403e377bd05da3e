/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BearerCredentials}.
 */
class BearerCredentialsTests {

	private static SocketAddress address(String literal) {
		try {
			return new InetSocketAddress(InetAddress.getByName(literal), 9090);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, NONE, true", "127.9.9.9, NONE, true", "::1, NONE, true", "::ffff:127.0.0.1, NONE, true",
			"10.0.0.1, NONE, false", "192.168.1.1, NONE, false", "2001:db8::1, NONE, false", "0.0.0.0, NONE, false",
			"10.0.0.1, INTEGRITY, false", "10.0.0.1, PRIVACY_AND_INTEGRITY, true" })
	void whenOthersCanReadTheConnectionThenCallFails(String peer, SecurityLevel level, boolean sent) {
		Applied applied = apply(BearerCredentials.of("t0k3n", false), address(peer), level);
		if (sent) {
			assertThat(applied.headers.get(BearerCredentials.AUTHORIZATION)).isEqualTo("Bearer t0k3n");
		}
		else {
			assertThat(applied.headers).isNull();
			assertThat(applied.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
			assertThat(applied.status.getDescription()).contains("grpc.patterns.client.auth.allow-plaintext")
				.doesNotContain("t0k3n");
		}
		assertThat(apply(BearerCredentials.of("t0k3n", true), address(peer), level).headers
			.get(BearerCredentials.AUTHORIZATION)).isEqualTo("Bearer t0k3n");
	}

	@Test
	void whenAddressIsUnknownThenCallFails() {
		BearerCredentials token = BearerCredentials.of("t0k3n", false);
		assertThat(apply(token, null, SecurityLevel.NONE).status).isNotNull();
		assertThat(apply(token, InetSocketAddress.createUnresolved("localhost", 1), SecurityLevel.NONE).status)
			.isNotNull();
	}

	@Test
	void whenServerIsASocketInTheFileSystemThenTokenIsSent() {
		assertThat(apply(BearerCredentials.of("t0k3n", false), UnixDomainSocketAddress.of("/tmp/socket"),
				SecurityLevel.NONE).headers)
			.isNotNull();
	}

	@Test
	void whenSupplierHasNoTokenThenCallGoesWithoutEvenInPlaintext() {
		Applied applied = apply(BearerCredentials.of((method) -> null, false), address("10.0.0.1"), SecurityLevel.NONE);
		assertThat(applied.headers.keys()).isEmpty();
	}

	@Test
	void whenSupplierIsAskedThenItRunsOnTheExecutorWithTheMethod() {
		AtomicInteger tasks = new AtomicInteger();
		Applied applied = new Applied();
		BearerCredentials.of((method) -> "for/" + method, false)
			.applyRequestMetadata(new Info(address("127.0.0.1"), SecurityLevel.NONE), (task) -> {
				tasks.incrementAndGet();
				task.run();
			}, applied);
		assertThat(tasks).hasValue(1);
		assertThat(applied.headers.get(BearerCredentials.AUTHORIZATION))
			.isEqualTo("Bearer for/grpcpatterns.testing.v1.PingService/Ping");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "two words", "line\nbreak", "ümlaut", "tab\t" })
	void whenSupplierReturnsWhatNoHeaderCanHoldThenCallFails(String token) {
		Applied applied = apply(BearerCredentials.of((method) -> token, false), address("127.0.0.1"),
				SecurityLevel.NONE);
		assertThat(applied.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(applied.status.getDescription()).isEqualTo("the token has characters that it cannot have");
	}

	@Test
	void whenSupplierFailsThenCallDoes() {
		IllegalStateException cause = new IllegalStateException("secret");
		Applied applied = apply(BearerCredentials.of((method) -> {
			throw cause;
		}, false), address("127.0.0.1"), SecurityLevel.NONE);
		assertThat(applied.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(applied.status.getDescription()).isEqualTo("no token could be obtained");
		assertThat(applied.status.getCause()).isSameAs(cause);
		applied = apply(BearerCredentials.of((method) -> {
			throw Status.UNAVAILABLE.withDescription("later").asRuntimeException();
		}, false), address("127.0.0.1"), SecurityLevel.NONE);
		assertThat(applied.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
	}

	@Test
	void whenPrintedThenTokenIsNotShown() {
		assertThat(BearerCredentials.of("t0k3n", false).toString()).doesNotContain("t0k3n");
	}

	private static Applied apply(BearerCredentials token, SocketAddress peer, SecurityLevel level) {
		Applied applied = new Applied();
		token.applyRequestMetadata(new Info(peer, level), Runnable::run, applied);
		return applied;
	}

	private static final class Applied extends CallCredentials.MetadataApplier {

		private Metadata headers;

		private Status status;

		@Override
		public void apply(Metadata headers) {
			this.headers = headers;
		}

		@Override
		public void fail(Status status) {
			this.status = status;
		}

	}

	private static final class Info extends CallCredentials.RequestInfo {

		private final Attributes attributes;

		private final SecurityLevel level;

		Info(SocketAddress peer, SecurityLevel level) {
			this.attributes = (peer != null)
					? Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer).build() : Attributes.EMPTY;
			this.level = level;
		}

		@Override
		public MethodDescriptor<?, ?> getMethodDescriptor() {
			return PingServiceGrpc.getPingMethod();
		}

		@Override
		public SecurityLevel getSecurityLevel() {
			return this.level;
		}

		@Override
		public String getAuthority() {
			return "somewhere";
		}

		@Override
		public Attributes getTransportAttrs() {
			return this.attributes;
		}

	}

}
