/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Formats addresses for logs. All calls of a connection share its address, so recent ones
 * are kept in a direct-mapped cache.
 */
final class PeerText {

	private static final int PLACES = 256;

	/** The client of a Unix domain socket, whose own socket has no path. */
	private static final String UNNAMED = "unix";

	private static final AtomicReferenceArray<@Nullable Text> TEXTS = new AtomicReferenceArray<>(PLACES);

	private PeerText() {
	}

	/**
	 * Return {@code host:port} without a name lookup, or another transport's own form.
	 */
	static String of(SocketAddress address) {
		if (!(address instanceof InetSocketAddress inet)) {
			String text = address.toString();
			return text.isEmpty() ? UNNAMED : text;
		}
		int place = System.identityHashCode(inet) & (PLACES - 1);
		Text known = TEXTS.get(place);
		if (known != null && known.address == inet) {
			return known.text;
		}
		String text = text(inet);
		TEXTS.set(place, new Text(inet, text));
		return text;
	}

	private static String text(InetSocketAddress address) {
		String host = (address.getAddress() != null) ? address.getAddress().getHostAddress() : address.getHostString();
		return (host.indexOf(':') >= 0) ? "[" + host + "]:" + address.getPort() : host + ":" + address.getPort();
	}

	private record Text(InetSocketAddress address, String text) {
	}

}
