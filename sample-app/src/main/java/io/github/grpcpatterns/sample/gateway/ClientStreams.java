/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;

/**
 * Sends the requests of a client stream and waits for its answer.
 */
final class ClientStreams {

	private ClientStreams() {
	}

	/**
	 * Send all requests, as fast as the server reads them.
	 * @param <Q> type of the requests
	 * @param <R> type of the answer
	 * @param call the call, which has just begun
	 * @param requests the requests
	 * @return the answer
	 */
	static <Q, R> R send(BlockingClientCall<Q, R> call, Iterable<Q> requests) throws InterruptedException {
		try {
			for (Q request : requests) {
				if (!call.write(request)) {
					break; // the call is over, and reading says why
				}
			}
			return answer(call);
		}
		catch (StatusException ex) {
			throw ex.getStatus().asRuntimeException(ex.getTrailers());
		}
	}

	/**
	 * End the requests and wait for the answer.
	 */
	static <R> R answer(BlockingClientCall<?, R> call) throws InterruptedException, StatusException {
		call.halfClose();
		return call.read();
	}

}
