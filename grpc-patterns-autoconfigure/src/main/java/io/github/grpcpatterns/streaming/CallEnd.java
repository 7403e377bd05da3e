package io.github.grpcpatterns.streaming;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.CallRecord;
import io.github.grpcpatterns.Drain;
import io.github.grpcpatterns.EndReason;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Tells what is being written when its call is over, and ends the call when the server
 * drains: half a stream must not look like a whole one.
 */
final class CallEnd {

	private static final RetryInfo RETRY = RetryInfo.newBuilder()
		.setRetryDelay(Duration.newBuilder().setSeconds(1))
		.build();

	private final ServerCallStreamObserver<?> responses;

	private final Context context = Context.current();

	private final @Nullable CallRecord call = CallRecord.current();

	private final Drain drain = Drain.current();

	private CallEnd(ServerCallStreamObserver<?> responses) {
		this.responses = responses;
	}

	/**
	 * Watch a call, from within the method of its service.
	 * @param over run within the callbacks of the call when it is over, more than once
	 * perhaps
	 * @throws IllegalStateException if the method has already returned
	 */
	static CallEnd watch(ServerCallStreamObserver<?> responses, Runnable over) {
		responses.setOnCancelHandler(over); // without one, onNext throws after a cancel
		responses.setOnCloseHandler(over);
		CallEnd end = new CallEnd(responses);
		end.drain.onDrain(end::endDraining);
		return end;
	}

	/**
	 * Return whether there is nobody left to send to. The call's own flag turns only
	 * after the callback that is under way; its context does at once, and the drain says
	 * so before it is this call's turn to hear of it.
	 */
	boolean reached() {
		if (this.drain.isDraining()) {
			endDraining();
		}
		return this.responses.isCancelled() || this.context.isCancelled();
	}

	private void endDraining() {
		if (this.call != null) { // always, or there is no drain
			this.call.guard().endForGood(EndReason.SERVER_DRAINING, RETRY);
		}
	}

}
