package io.github.grpcpatterns.retry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import com.google.protobuf.MessageLite;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;

/**
 * How much memory a message that is kept stands for.
 */
final class MessageSize {

	/** The message can be sent only once. */
	static final long ONCE = -1;

	/** What even an empty message costs. */
	private static final long LEAST = 16;

	private MessageSize() {
	}

	/**
	 * Return the size of a message.
	 * @return its bytes as they are sent, uncompressed and without framing, or
	 * {@link #ONCE}
	 */
	static <T> long of(MethodDescriptor<T, ?> method, T message) {
		if (message instanceof MessageLite proto) {
			return Math.max(LEAST, proto.getSerializedSize()); // it remembers that
		}
		if (message instanceof byte[] bytes) {
			return Math.max(LEAST, bytes.length);
		}
		if (message instanceof InputStream) {
			return ONCE;
		}
		try (InputStream stream = method.streamRequest(message)) {
			return Math.max(LEAST, (stream instanceof KnownLength) ? stream.available() : count(stream));
		}
		catch (IOException | RuntimeException ex) {
			return ONCE; // the attempt will say the same
		}
	}

	private static long count(InputStream stream) throws IOException {
		return stream.transferTo(OutputStream.nullOutputStream());
	}

}
