package io.github.grpcpatterns;

/**
 * What logging and metrics want to know about a call, for both sides and all four kinds.
 * <p>
 * A reporter is added to a {@link CallRecord} before the call starts, and serves many
 * calls at once. It must not block, and what it throws is logged and ignored.
 */
public interface CallReporter {

	/**
	 * A message arrived. On the server called by the thread that runs the callback,
	 * before the handler sees the message; on the client by the thread that runs
	 * {@code onMessage}.
	 * @param call the call
	 */
	default void messageReceived(CallRecord call) {
	}

	/**
	 * A message was handed to the transport, called by the thread that sent it.
	 * @param call the call
	 */
	default void messageSent(CallRecord call) {
	}

	/**
	 * The transport told the size of a message. Called by a transport thread or the
	 * sending thread, and never in-process, where sizes are unknown.
	 * @param call the call
	 * @param sent whether the message was sent, else received
	 * @param bytes the uncompressed size of the message without framing
	 */
	default void messageSize(CallRecord call, boolean sent, long bytes) {
	}

	/**
	 * The call is over, told exactly once: {@link CallRecord#status()} and
	 * {@link CallRecord#endReason()} are final. Never called on a transport thread.
	 * @param call the call
	 */
	void ended(CallRecord call);

}
