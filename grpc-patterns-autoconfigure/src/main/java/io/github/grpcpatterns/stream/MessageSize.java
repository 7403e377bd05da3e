package io.github.grpcpatterns.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import com.google.protobuf.MessageLite;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;

/**
 * The size of a message as it goes over the wire, uncompressed and without framing.
 */
final class MessageSize {

	private MessageSize() {
	}

	/**
	 * Return the size of a message.
	 * @param <T> the type of the message
	 * @param message the message; one of Protocol Buffers remembers its size
	 * @param marshaller what writes other messages
	 * @return bytes
	 */
	static <T> long of(T message, MethodDescriptor.Marshaller<T> marshaller) {
		if (message instanceof MessageLite proto) {
			return proto.getSerializedSize();
		}
		try (InputStream stream = marshaller.stream(message)) {
			return (stream instanceof KnownLength) ? stream.available()
					: stream.transferTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			throw new IllegalStateException("cannot measure a message", ex);
		}
	}

}
