package io.github.grpcpatterns.retry;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.internal.call.MessageSize;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;

/**
 * What the caller has sent and another attempt may have to send again. Used within
 * {@code out} of its {@link RetryCall}.
 *
 * @param <ReqT> the type of the requests
 */
final class SentMessages<ReqT> {

	/** What even an empty message costs. */
	private static final long LEAST = 16;

	private final RetryClientInterceptor shared;

	private final MethodDescriptor<ReqT, ?> method;

	private final long limit;

	private final List<Sent<ReqT>> sent = new ArrayList<>(2);

	private long bytes;

	private boolean keeping;

	SentMessages(RetryClientInterceptor shared, RetryPolicy policy, MethodDescriptor<ReqT, ?> method) {
		this.shared = shared;
		this.method = method;
		this.limit = policy.bufferLimit();
		this.keeping = policy.repeats();
	}

	/**
	 * Return whether all that was sent is here, so that there may be another attempt.
	 */
	boolean keeping() {
		return this.keeping;
	}

	/**
	 * Keep a message if there is room for it.
	 * @return whether there was
	 */
	boolean keep(ReqT message, long size) {
		if (size < 0 || size > this.limit - this.bytes || !this.shared.reserve(size)) {
			return false;
		}
		add(message, size);
		return true;
	}

	/**
	 * Keep a message for which there is no room, because it can be nowhere else.
	 */
	void keepAnyway(ReqT message, long size) {
		long known = Math.max(0, size);
		this.shared.claim(known);
		add(message, known);
	}

	private void add(ReqT message, long size) {
		this.bytes += size;
		this.sent.add((call) -> call.sendMessage(message));
	}

	void compression(boolean enabled) {
		this.sent.add((call) -> call.setMessageCompression(enabled));
	}

	/**
	 * Return the size of a message, negative where nobody can tell.
	 */
	long size(ReqT message) {
		long size = MessageSize.ofRepeatable(message, this.method.getRequestMarshaller());
		return (size != MessageSize.ONCE) ? Math.max(LEAST, size) : size;
	}

	void sendTo(ClientCall<ReqT, ?> call) {
		for (Sent<ReqT> sent : this.sent) {
			sent.to(call);
		}
	}

	/**
	 * There will be no other attempt.
	 */
	void forget() {
		this.keeping = false;
		this.sent.clear();
		this.shared.release(this.bytes);
		this.bytes = 0;
	}

	private interface Sent<ReqT> {

		void to(ClientCall<ReqT, ?> call);

	}

}
