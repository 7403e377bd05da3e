/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.SocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * Who calls, and under which name the call is known elsewhere. Patterns set what they
 * find out; any thread may read it.
 */
abstract class CallIdentity {

	private @Nullable SocketAddress peer;

	private volatile @Nullable String correlationId;

	private volatile @Nullable String principal;

	private volatile boolean identified;

	private volatile @Nullable Credential credential;

	private volatile @Nullable CallTrace trace;

	/**
	 * Return the other side's address.
	 * @return the address or {@code null} where the transport knows none
	 */
	public @Nullable SocketAddress peer() {
		return this.peer;
	}

	/**
	 * Set the other side's address, which a client learns from the transport.
	 * @param peer the address, or {@code null} where there is none
	 */
	void peer(@Nullable SocketAddress peer) {
		this.peer = peer;
	}

	/**
	 * Return the other side's address as logs show it.
	 * @return {@code host:port} without a name lookup, another transport's own form, or
	 * {@code null} where the transport knows none
	 */
	public @Nullable String peerText() {
		SocketAddress address = this.peer;
		return (address != null) ? PeerText.of(address) : null;
	}

	/**
	 * Return the correlation id of the call.
	 * @return the id, or {@code null} where the correlation pattern is off
	 */
	public @Nullable String correlationId() {
		return this.correlationId;
	}

	/**
	 * Set the correlation id.
	 * @param correlationId the id
	 */
	public void correlationId(String correlationId) {
		this.correlationId = correlationId;
	}

	/**
	 * Return the name of the authenticated caller.
	 * @return the name, or {@code null} if the caller was not authenticated
	 */
	public @Nullable String principal() {
		return this.principal;
	}

	/**
	 * Set the name of the authenticated caller.
	 * @param principal the name
	 */
	public void principal(String principal) {
		this.principal = principal;
	}

	/**
	 * Return whether it is decided who the caller is.
	 * @return whether {@link #principal()} does not change any more: the caller is known,
	 * or is known to be anonymous
	 */
	public boolean isIdentified() {
		return this.identified;
	}

	/**
	 * Note that it is decided who the caller is, after the {@link #principal(String)}, if
	 * there is one. Called by what authenticates the calls of the server.
	 */
	public void identified() {
		this.identified = true;
	}

	/**
	 * Return the credential that authenticated the caller.
	 * @return the credential, or {@code null} if the caller was not authenticated
	 */
	public @Nullable Credential credential() {
		return this.credential;
	}

	/**
	 * Set the credential that authenticated the caller.
	 * @param credential the accepted credential
	 */
	public void credential(Credential credential) {
		this.credential = credential;
	}

	/**
	 * Return the trace of the call.
	 * @return the trace with the call's own span, or what the caller told about its own;
	 * {@code null} without a tracer, and where there is no span
	 */
	public @Nullable CallTrace trace() {
		return this.trace;
	}

	/**
	 * Set the trace.
	 * @param trace the trace, as far as it is known
	 */
	public void trace(CallTrace trace) {
		this.trace = trace;
	}

}
