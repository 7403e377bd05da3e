package io.github.grpcpatterns.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.LeftMessages;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of a stream, and its close.
 * <p>
 * What the handler sends goes straight on while the transport is ready and the rate has a
 * token. Else it waits in one queue, which is emptied when the transport is ready again,
 * when a token comes, when the handler sends more, and by a timer where the handler keeps
 * its thread to itself and no callback can tell. All of that happens within the guard,
 * one thing at a time: {@code send}, {@code close} and whatever is handed to
 * {@link ServerCallGuard#send(Runnable)} share the fields without a lock.
 *
 * @param <T> the type of messages
 */
final class StreamSender<T> implements LeftMessages<T> {

	private static final VarHandle OWES_READY;

	static {
		try {
			OWES_READY = MethodHandles.lookup().findVarHandle(StreamSender.class, "owesReady", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCall<?, T> call;

	private final ServerCallGuard guard;

	private final StreamPolicy policy;

	private final CallTimer timer;

	private final PendingBytes total;

	private final Context context;

	private final @Nullable Quota quota;

	private final @Nullable OutboundFlow flow;

	/** Nothing is to be noted when a message goes out. */
	private final boolean plain;

	/**
	 * The transport said that it is ready, and nothing was sent since. Where threads race
	 * for it, a message goes to a transport that was ready a moment ago.
	 */
	private boolean knownReady;

	/** Made when the first message has to wait, as is the watch. */
	private volatile @Nullable PendingMessages<T> pending;

	private @Nullable ReadyWatch watch;

	/** The call is over: nothing is sent any more. */
	private boolean over;

	/** What ends the stream as soon as nothing waits. */
	private @Nullable EndReason crossed;

	private @Nullable Status heldStatus;

	private @Nullable Metadata heldTrailers;

	/** The handler was told that it is not ready, and waits to hear that it is. */
	private volatile boolean owesReady;

	/** Whether the handler wants what it sends next compressed, where the call is. */
	private boolean compresses = true;

	private boolean transportCompresses = true;

	StreamSender(ServerCall<?, T> call, ServerCallGuard guard, StreamPolicy policy, CallTimer timer, PendingBytes total,
			@Nullable Rate rate, @Nullable IdleTimer idle) {
		this.call = call;
		this.guard = guard;
		this.policy = policy;
		this.timer = timer;
		this.total = total;
		this.context = Context.current();
		this.quota = Quota.outbound(policy);
		this.flow = (rate != null) ? new OutboundFlow(rate, idle, timer, guard, this::flush) : null;
		this.plain = this.flow == null && this.quota == null;
		if (this.flow != null) {
			guard.whenOver(this::callOver);
		}
	}

	private void callOver() {
		this.guard.send(this::drop);
	}

	void send(T message) {
		if (this.plain && !waiting() && ready()) {
			transmit(message, this.compresses);
		}
		else if (!this.over && this.crossed == null && (this.quota == null || fits(this.quota, message))) {
			drain();
			if (!waiting() && this.call.isReady() && takeToken()) {
				transmit(message, this.compresses);
				awaitTokenIfThereIsNone();
			}
			else {
				enqueue(message);
			}
		}
	}

	/**
	 * Ask the transport, where the handler has not just done so: it costs a lock.
	 */
	private boolean ready() {
		if (this.knownReady) {
			this.knownReady = false;
			return true;
		}
		return this.call.isReady();
	}

	/**
	 * Note it: what waits is compressed as was said when it was sent.
	 */
	void compress(boolean compresses) {
		this.compresses = compresses;
	}

	private void transmit(T message, boolean compressed) {
		if (compressed != this.transportCompresses) {
			this.transportCompresses = compressed;
			this.call.setMessageCompression(compressed);
		}
		this.call.sendMessage(message);
	}

	private long size(T message) {
		return MessageSize.of(message, this.call.getMethodDescriptor().getResponseMarshaller());
	}

	private boolean fits(Quota quota, T message) {
		EndReason limit = quota.add(quota.countsBytes() ? size(message) : 0);
		if (limit != null) { // what was sent before goes out before the stream ends
			this.crossed = limit;
			drain();
			if (!waiting()) {
				endCrossed(limit);
			}
		}
		return limit == null;
	}

	private void endCrossed(EndReason limit) {
		if (this.quota != null) {
			this.guard.end(limit, this.quota.failure(limit));
		}
	}

	private boolean waiting() {
		PendingMessages<T> pending = this.pending;
		return pending != null && pending.any();
	}

	private void enqueue(T message) {
		PendingMessages<T> pending = waitingRoom();
		long size = size(message);
		if (!pending.fits(size)) {
			tooSlow();
			return;
		}
		pending.add(new PendingMessages.Waiting<>(message, size, this.compresses));
		this.owesReady = true;
		if (this.flow != null && this.call.isReady()) {
			this.flow.await();
		}
		else {
			lookLater();
		}
	}

	@Override
	public boolean leave(T message) {
		if (waitingRoom().leave(size(message))) {
			return true;
		}
		tooSlow();
		return false;
	}

	@Override
	public void take(T message) {
		waitingRoom().take(size(message));
	}

	/**
	 * Return where messages wait, made when the first one has to. From any thread.
	 */
	private PendingMessages<T> waitingRoom() {
		PendingMessages<T> present = this.pending;
		return (present != null) ? present : beginToWait();
	}

	private synchronized PendingMessages<T> beginToWait() {
		if (this.pending != null) {
			return this.pending;
		}
		PendingMessages<T> pending = new PendingMessages<>(this.total, this.policy.maxPendingBytes(), this::tooSlow);
		this.watch = new ReadyWatch(this.timer, () -> waiting() && !this.call.isReady(),
				() -> this.timer.callbacks().execute(() -> this.guard.send(this::looked)));
		this.pending = pending;
		this.guard.whenOver(this::callOver);
		// Sooner than the last callback, which may wait behind the handler.
		this.context.addListener((cancelled) -> callOver(), Runnable::run);
		return pending;
	}

	/**
	 * It may be the handler of another stream that finds this one to hold most.
	 */
	private void tooSlow() {
		this.context.run(() -> this.guard.end(EndReason.SLOW_CONSUMER));
	}

	private void lookLater() {
		if (this.watch != null) {
			this.watch.on();
		}
	}

	private void looked() {
		if (this.watch != null) {
			this.watch.off();
		}
		flush();
	}

	/**
	 * Send what waits, as far as transport and rate go.
	 */
	private void drain() {
		PendingMessages<T> pending = this.pending;
		while (pending != null && pending.any()) {
			if (!this.call.isReady()) {
				lookLater();
				return;
			}
			if (this.flow != null && !this.flow.take()) {
				this.owesReady = true;
				this.flow.await();
				return;
			}
			PendingMessages.Waiting<T> next = pending.take();
			transmit(next.message(), next.compressed());
		}
	}

	/**
	 * Something changed that may let messages go.
	 */
	private void flush() {
		drain();
		if (waiting()) {
			return;
		}
		EndReason limit = this.crossed;
		Status status = this.heldStatus;
		Metadata trailers = this.heldTrailers;
		if (limit != null) {
			endCrossed(limit);
		}
		else if (status != null && trailers != null) {
			this.heldStatus = null;
			if (this.guard.releaseClose()) {
				this.call.close(status, trailers);
			}
		}
		else {
			lookAgain();
		}
	}

	/**
	 * Return whether the handler may send. Asked on any thread.
	 */
	boolean isReady() {
		if (waiting() || !this.call.isReady()) {
			return false;
		}
		this.knownReady = true;
		if (this.flow == null || this.flow.ready()) {
			return true;
		}
		this.owesReady = true;
		if (!this.flow.awaiting()) {
			this.guard.send(this::lookAgain);
		}
		return false;
	}

	/**
	 * The transport says that it is ready.
	 * @return whether the handler is to be told now
	 */
	boolean transportReady() {
		if (this.flow == null && !waiting()) {
			return true;
		}
		this.owesReady = false;
		this.guard.send(this::flush);
		if (isReady()) {
			return true;
		}
		this.owesReady = true;
		return isReady() && OWES_READY.compareAndSet(this, true, false);
	}

	/**
	 * Tell the handler, if it waits for that and a token came since it looked.
	 */
	private void lookAgain() {
		awaitTokenIfThereIsNone();
		if (this.owesReady && isReady() && OWES_READY.compareAndSet(this, true, false)) {
			this.guard.tellReady();
		}
	}

	private boolean takeToken() {
		return this.flow == null || this.flow.take();
	}

	private void awaitTokenIfThereIsNone() {
		if (this.flow != null && !this.flow.ready()) {
			this.owesReady = true;
			this.flow.await();
		}
	}

	void close(Status status, Metadata trailers) {
		if (!this.guard.ended()) {
			drain();
			if (waiting() && this.guard.holdClose()) {
				this.heldStatus = status;
				this.heldTrailers = trailers;
				return;
			}
		}
		drop();
		this.call.close(status, trailers);
	}

	private void drop() {
		this.over = true;
		this.heldStatus = null;
		if (this.pending != null) {
			this.pending.drop();
		}
		if (this.watch != null) {
			this.watch.over();
		}
		if (this.flow != null) {
			this.flow.over();
		}
	}

}
