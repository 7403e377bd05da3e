package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import org.jspecify.annotations.Nullable;

/**
 * Messages for a client stream, read from the body of a request.
 *
 * @param <Q> type of the messages
 */
interface Messages<Q> {

	/**
	 * Return the next message, null after the last one.
	 */
	@Nullable Q next() throws IOException;

	/**
	 * Send all messages, as fast as the server reads, and return the response.
	 */
	default <R> R sendTo(BlockingClientCall<Q, R> call) throws IOException, InterruptedException {
		try {
			for (Q message = next(); message != null; message = next()) {
				if (!call.write(message)) {
					break; // the call is over, and reading says why
				}
			}
			call.halfClose();
			return call.read();
		}
		catch (StatusException ex) {
			throw ex.getStatus().asRuntimeException(ex.getTrailers());
		}
		catch (IOException ex) {
			call.cancel("the request could not be read", ex);
			throw ex;
		}
	}

}
