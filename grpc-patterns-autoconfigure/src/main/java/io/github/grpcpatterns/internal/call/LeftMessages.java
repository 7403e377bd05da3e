package io.github.grpcpatterns.internal.call;

/**
 * Counts the messages that a handler sends while another thread is sending in the same
 * call: they are left for that thread. Without it their number has no bound.
 *
 * @param <T> the type of messages
 */
public interface LeftMessages<T> {

	/**
	 * A message is about to be left. Called on the handler's thread.
	 * @param message the message
	 * @return whether there is room; else it is dropped, and the call must be ended
	 */
	boolean leave(T message);

	/**
	 * A message that was left is about to be sent. Called within the guard.
	 * @param message the message
	 */
	void take(T message);

}
