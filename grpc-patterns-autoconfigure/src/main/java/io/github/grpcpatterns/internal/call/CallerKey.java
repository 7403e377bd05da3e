/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * The key of a call's caller, for state by caller: a principal by name, a peer by address
 * without port. The two never collide, because a principal is a {@link String} and a peer
 * is not.
 */
public final class CallerKey {

	/** The key of all peers whose address is unknown to the transport. */
	private static final Object NOWHERE = new Object();

	/** Longer names are kept as a digest, because the issuer chooses their length. */
	private static final int MAX_NAME = 128;

	private CallerKey() {
	}

	/**
	 * Return the key of the caller.
	 * @param call the record of the call
	 * @param principal whether the principal counts, where there is one
	 * @return a key, cheap to make and to compare
	 */
	public static Object of(CallRecord call, boolean principal) {
		if (principal) {
			String name = call.principal();
			if (name != null) {
				return (name.length() <= MAX_NAME) ? name : digest(name);
			}
		}
		return peer(call.peer());
	}

	private static Object peer(@Nullable SocketAddress peer) {
		if (peer instanceof InetSocketAddress inet) {
			InetAddress address = inet.getAddress();
			return (address != null) ? address : InetSocketAddress.createUnresolved(inet.getHostString(), 0);
		}
		return (peer != null) ? peer : NOWHERE;
	}

	/**
	 * Return a key as text, for what is kept elsewhere.
	 * @param key the key
	 * @return a text of its own for each key
	 */
	public static String text(Object key) {
		if (key instanceof String name) {
			return "principal:" + name;
		}
		if (key instanceof InetAddress address) {
			return "peer:" + address.getHostAddress();
		}
		return (key instanceof SocketAddress address) ? "peer:" + PeerText.of(address) : "peer:";
	}

	private static String digest(String name) {
		try {
			return "sha256:" + HexFormat.of()
				.formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
