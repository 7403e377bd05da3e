package io.github.grpcpatterns.ratelimit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.github.grpcpatterns.internal.call.CallRecord;
import org.jspecify.annotations.Nullable;

/**
 * Whose bucket a call draws from: a principal by name, a peer by address without port.
 * The two cannot meet, for a principal is a {@link String} and a peer is none.
 */
final class Caller {

	/** Where the transport knows no address, all are one. */
	private static final Object NOWHERE = new Object();

	/** Names are the issuer's choice. What is longer is kept as a digest. */
	private static final int MAX_NAME = 128;

	private Caller() {
	}

	/**
	 * Return the caller.
	 * @param principal whether the principal counts, where there is one
	 * @return a key, cheap to make and to compare
	 */
	static Object of(CallRecord call, boolean principal) {
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
	 * Return a caller as the shared store names it.
	 */
	static String text(Object caller) {
		if (caller instanceof String name) {
			return "principal:" + name;
		}
		if (caller instanceof InetAddress address) {
			return "peer:" + address.getHostAddress();
		}
		return (caller != NOWHERE) ? "peer:" + caller : "peer:";
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
