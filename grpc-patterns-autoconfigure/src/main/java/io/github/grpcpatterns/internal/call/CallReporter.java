package io.github.grpcpatterns.internal.call;

/**
 * What logging and metrics want to know about a call, for both sides and all four kinds.
 * <p>
 * A {@link MessageReporter} hears of the messages of streams too. A reporter is added to
 * a {@link CallRecord} before the call starts, and serves many calls at once. It must not
 * block, and what it throws is logged and ignored.
 */
public interface CallReporter {

	/**
	 * The call starts. A call of a client that is made and never started is not reported
	 * at all.
	 * @param call the call
	 */
	default void started(CallRecord call) {
	}

	/**
	 * The call is over, told exactly once: {@link CallRecord#status()} and
	 * {@link CallRecord#endReason()} are final. Never called on a transport thread.
	 * @param call the call
	 */
	void ended(CallRecord call);

}
