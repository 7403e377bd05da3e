/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executor;

import io.grpc.CallCredentials;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Adds the token of one attempt when its connection is known, and never to one that
 * others can read.
 */
final class BearerCredentials extends CallCredentials {

	static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Status PLAINTEXT = Status.UNAUTHENTICATED
		.withDescription("a token is sent over TLS or to loopback only, unless " + AuthClientProperties.PREFIX
				+ ".allow-plaintext is set");

	private final @Nullable String token;

	private final @Nullable TokenSupplier supplier;

	private final boolean allowPlaintext;

	private volatile boolean callersOwn;

	private BearerCredentials(@Nullable String token, @Nullable TokenSupplier supplier, boolean allowPlaintext) {
		this.token = token;
		this.supplier = supplier;
		this.allowPlaintext = allowPlaintext;
	}

	/**
	 * A token that is already available.
	 */
	static BearerCredentials of(String token, boolean allowPlaintext) {
		return new BearerCredentials(token, null, allowPlaintext);
	}

	/**
	 * A token to ask for.
	 */
	static BearerCredentials of(TokenSupplier supplier, boolean allowPlaintext) {
		return new BearerCredentials(null, supplier, allowPlaintext);
	}

	/**
	 * Return whether a text may stand behind {@code Bearer} in a header.
	 */
	static boolean valid(String token) {
		return !token.isEmpty() && token.chars().allMatch((character) -> character > ' ' && character < 127);
	}

	/**
	 * The caller set an {@code authorization} header itself: nothing is added.
	 */
	void stayAway() {
		this.callersOwn = true;
	}

	@Override
	public void applyRequestMetadata(RequestInfo requestInfo, Executor appExecutor, MetadataApplier applier) {
		if (this.callersOwn) {
			applier.apply(new Metadata());
			return;
		}
		TokenSupplier supplier = this.supplier;
		if (supplier == null) {
			apply(this.token, requestInfo, applier);
			return;
		}
		appExecutor.execute(Context.current().wrap(() -> ask(supplier, requestInfo, applier)));
	}

	private void ask(TokenSupplier supplier, RequestInfo requestInfo, MetadataApplier applier) {
		String token;
		try {
			token = supplier.token(requestInfo.getMethodDescriptor().getFullMethodName());
		}
		catch (StatusRuntimeException ex) {
			applier.fail(ex.getStatus().isOk() ? failed(ex) : ex.getStatus());
			return;
		}
		catch (Throwable ex) {
			applier.fail(failed(ex));
			return;
		}
		apply(token, requestInfo, applier);
	}

	private static Status failed(Throwable ex) {
		return Status.UNAUTHENTICATED.withDescription("no token could be obtained").withCause(ex);
	}

	private void apply(@Nullable String token, RequestInfo requestInfo, MetadataApplier applier) {
		Metadata headers = new Metadata();
		if (token != null) {
			if (!valid(token)) {
				applier.fail(Status.UNAUTHENTICATED.withDescription("the token has characters that it cannot have"));
				return;
			}
			if (!this.allowPlaintext && !unread(requestInfo)) {
				applier.fail(PLAINTEXT);
				return;
			}
			headers.put(AUTHORIZATION, "Bearer " + token);
		}
		applier.apply(headers);
	}

	/**
	 * Return whether the connection is private: TLS, in-process (which calls itself
	 * private), a loopback address, or a socket in the file system.
	 */
	private static boolean unread(CallCredentials.RequestInfo requestInfo) {
		if (requestInfo.getSecurityLevel() == SecurityLevel.PRIVACY_AND_INTEGRITY) {
			return true;
		}
		SocketAddress address = requestInfo.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		if (address instanceof InetSocketAddress inet) {
			return inet.getAddress() != null && inet.getAddress().isLoopbackAddress();
		}
		// Netty's, shaded or not, and that of the JDK
		return address != null && (address.getClass().getSimpleName().equals("DomainSocketAddress")
				|| address.getClass().getSimpleName().equals("UnixDomainSocketAddress"));
	}

}
