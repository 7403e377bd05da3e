/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import com.google.protobuf.MessageLite;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;

/**
 * Measures a message's size on the wire, uncompressed and without framing.
 */
public final class MessageSize {

	/** A message that can be sent only once. */
	public static final long ONCE = -1;

	private MessageSize() {
	}

	/**
	 * Return the size of a message.
	 * @param <T> the type of the message
	 * @param message the message; one of Protocol Buffers remembers its size
	 * @param marshaller the marshaller of other messages
	 * @return bytes
	 */
	public static <T> long of(T message, MethodDescriptor.Marshaller<T> marshaller) {
		if (message instanceof MessageLite proto) {
			return proto.getSerializedSize();
		}
		if (message instanceof byte[] bytes) {
			return bytes.length;
		}
		if (message instanceof InputStream bytes) {
			return available(bytes); // to read it would be to use it up
		}
		try (InputStream stream = marshaller.stream(message)) {
			return (stream instanceof KnownLength) ? stream.available()
					: stream.transferTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
	}

	/**
	 * Return the size of a message that may be sent again.
	 * @param <T> the type of the message
	 * @param message the message
	 * @param marshaller the marshaller of other messages
	 * @return bytes, or {@link #ONCE} for a stream, and where the message cannot be
	 * written, which its first attempt will say
	 */
	public static <T> long ofRepeatable(T message, MethodDescriptor.Marshaller<T> marshaller) {
		if (message instanceof InputStream) {
			return ONCE;
		}
		try {
			return of(message, marshaller);
		}
		catch (RuntimeException ex) {
			return ONCE;
		}
	}

	private static long available(InputStream bytes) {
		try {
			return bytes.available();
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
	}

	private static IllegalStateException unreadable(IOException cause) {
		return new IllegalStateException("cannot measure a message", cause);
	}

}
