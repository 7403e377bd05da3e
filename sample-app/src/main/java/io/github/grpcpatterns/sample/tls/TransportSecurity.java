/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.tls;

import javax.net.ssl.SSLException;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;

import org.springframework.boot.ssl.SslBundle;

/**
 * The keys and certificates of a bundle as the transport wants them.
 *
 * @param bundle the bundle
 */
record TransportSecurity(SslBundle bundle) {

	/**
	 * Return what a server needs.
	 * @param clientAuth whether clients show a certificate that the bundle trusts
	 */
	SslContext server(ClientAuth clientAuth) {
		return build(SslContextBuilder.forServer(this.bundle.getManagers().getKeyManagerFactory())
			.trustManager(this.bundle.getManagers().getTrustManagerFactory())
			.clientAuth(clientAuth));
	}

	/**
	 * Return what a client needs. Its certificate is shown to servers that ask for one.
	 */
	SslContext client() {
		return build(SslContextBuilder.forClient()
			.keyManager(this.bundle.getManagers().getKeyManagerFactory())
			.trustManager(this.bundle.getManagers().getTrustManagerFactory()));
	}

	private static SslContext build(SslContextBuilder builder) {
		try {
			return GrpcSslContexts.configure(builder).build();
		}
		catch (SSLException ex) {
			throw new IllegalStateException("The SSL bundle has no usable keys or certificates", ex);
		}
	}

}
