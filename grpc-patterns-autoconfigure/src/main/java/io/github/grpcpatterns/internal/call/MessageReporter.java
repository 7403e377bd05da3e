/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * A reporter that also receives each message of a stream. For unary calls it is called
 * only at their end.
 */
public interface MessageReporter extends CallReporter {

	/**
	 * A message arrived. On the server called by the thread that runs the callback,
	 * before the handler sees the message; on the client by the thread that runs
	 * {@code onMessage}.
	 * @param call the call
	 */
	void messageReceived(CallRecord call);

	/**
	 * A message was handed to the transport, called by the thread that sent it.
	 * @param call the call
	 */
	void messageSent(CallRecord call);

	/**
	 * The transport told the size of a message. Called by a transport thread or the
	 * sending thread, and never in-process, where sizes are unknown.
	 * @param call the call
	 * @param sent whether the message was sent, else received
	 * @param bytes the uncompressed size of the message without framing
	 */
	void messageSize(CallRecord call, boolean sent, long bytes);

}
