package io.github.grpcpatterns.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.github.grpcpatterns.CallTimer;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerCallGuard;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A stream within its limits.
 * <p>
 * What the handler sends goes straight on while the transport is ready and the rate has a
 * token. Else it waits in one queue, which is emptied when the transport is ready again,
 * when a token comes, when the handler sends more, and by a timer where the handler keeps
 * its thread to itself and no callback can tell. All of that happens within the guard,
 * one thing at a time: {@code sendMessage}, {@code close} and whatever is handed to
 * {@link ServerCallGuard#send(Runnable)} share the fields without a lock.
 *
 * @param <ReqT> the type of requests
 * @param <RespT> the type of responses
 */
final class StreamCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

	private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final VarHandle OWES_READY;

	static {
		try {
			OWES_READY = MethodHandles.lookup().findVarHandle(StreamCall.class, "owesReady", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCall<ReqT, RespT> delegate;

	private final ServerCallGuard guard;

	private final StreamPolicy policy;

	private final CallTimer timer;

	private final PendingBytes total;

	private final Context context;

	private final @Nullable IdleTimer idle;

	private final @Nullable InboundFlow inbound;

	private final @Nullable Rate outbound;

	/** Nothing is to be counted when a message goes out. */
	private final boolean plainOutbound;

	/** Nothing is to be counted when a message comes in. */
	private final boolean plainInbound;

	private long messagesReceived;

	private long bytesReceived;

	private long messagesSent;

	private long bytesSent;

	/**
	 * The transport said that it is ready, and nothing was sent since. Where threads race
	 * for it, a message goes to a transport that was ready a moment ago.
	 */
	private boolean knownReady;

	private @Nullable Queue<RespT> queue;

	/** There is something in the queue. */
	private volatile boolean waiting;

	private volatile long pendingBytes;

	private volatile int pendingMessages;

	/** The handler is done; what it still receives counts for nothing. */
	private volatile boolean closing;

	/** The call is over: nothing is sent any more. */
	private boolean dropped;

	/** What ends the stream as soon as the queue is empty. */
	private @Nullable EndReason crossed;

	private @Nullable Status heldStatus;

	private @Nullable Metadata heldTrailers;

	/** A token was asked for. */
	private volatile boolean awaiting;

	/** A token of the shared rate is ours, and not spent. */
	private volatile boolean granted;

	/** The handler was told that it is not ready, and waits to hear that it is. */
	private volatile boolean owesReady;

	private final Runnable tokenWaiter = this::tokenGranted;

	private boolean looking;

	private long lookNanos;

	/** Who is setting the timer; one that is closed runs its tasks at once. */
	private volatile @Nullable Thread arming;

	private volatile boolean condemned;

	private boolean watched;

	StreamCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard, StreamPolicy policy, CallTimer timer,
			PendingBytes total, Rates rates) {
		this.delegate = call;
		this.guard = guard;
		this.policy = policy;
		this.timer = timer;
		this.total = total;
		this.context = Context.current();
		Rate in = rates.rate(policy.inboundRate(), true, guard.record());
		this.outbound = rates.rate(policy.outboundRate(), false, guard.record());
		this.idle = policy.idles()
				? new IdleTimer(guard, timer, policy.idleNanos(), in != null || this.outbound != null) : null;
		this.inbound = (in != null) ? new InboundFlow(in, this.idle, () -> super.request(1)) : null;
		this.plainOutbound = this.outbound == null && !policy.limitsOutbound();
		this.plainInbound = this.inbound == null && this.idle == null && !policy.limitsInbound();
		if (policy.maxInboundBytes() > 0) {
			guard.record().keepMessageBytes();
		}
		if (this.idle != null) {
			this.idle.start();
		}
		if (this.idle != null || this.inbound != null || this.outbound != null) {
			watch();
		}
	}

	@Override
	protected ServerCall<ReqT, RespT> delegate() {
		return this.delegate;
	}

	private void watch() {
		if (!this.watched) {
			this.watched = true;
			this.guard.whenOver(this::over);
		}
	}

	private void over() {
		if (this.idle != null) {
			this.idle.cancel();
		}
		if (this.inbound != null) {
			this.inbound.over();
		}
		if (this.outbound != null) {
			this.outbound.forget(this.tokenWaiter);
		}
		this.guard.send(this::drop);
	}

	// what comes in

	boolean plainInbound() {
		return this.plainInbound;
	}

	/**
	 * A message came.
	 * @return whether it may go to the handler
	 */
	boolean received(ReqT message) {
		if (this.policy.limitsInbound() && !this.closing && !countReceived(message)) {
			return false;
		}
		if (this.idle != null) {
			this.idle.message();
		}
		if (this.inbound != null) {
			this.inbound.arrived();
		}
		return true;
	}

	private boolean countReceived(ReqT message) {
		if (this.policy.maxInboundMessages() > 0 && ++this.messagesReceived > this.policy.maxInboundMessages()) {
			this.guard.end(EndReason.STREAM_MAX_MESSAGES,
					this.policy.quotaFailure("max-inbound-messages", this.policy.maxInboundMessages(), "messages"));
			return false;
		}
		if (this.policy.maxInboundBytes() > 0) {
			long told = this.guard.record().messageBytes();
			this.bytesReceived += (told >= 0) ? told
					: MessageSize.of(message, getMethodDescriptor().getRequestMarshaller());
			if (this.bytesReceived > this.policy.maxInboundBytes()) {
				this.guard.end(EndReason.STREAM_MAX_BYTES,
						this.policy.quotaFailure("max-inbound-bytes", this.policy.maxInboundBytes(), "bytes"));
				return false;
			}
		}
		return true;
	}

	@Override
	public void request(int numMessages) {
		if (this.inbound == null || numMessages <= 0) {
			super.request(numMessages);
		}
		else {
			this.inbound.request(numMessages);
		}
	}

	// what goes out

	@Override
	public void sendMessage(RespT message) {
		if (this.idle != null) {
			this.idle.message();
		}
		if (this.plainOutbound && !this.waiting && ready()) {
			this.delegate.sendMessage(message);
		}
		else if (!this.dropped && this.crossed == null && countSent(message)) {
			drain();
			if (!this.waiting && this.delegate.isReady() && takeToken()) {
				this.delegate.sendMessage(message);
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
		return this.delegate.isReady();
	}

	private boolean countSent(RespT message) {
		if (this.policy.maxOutboundMessages() > 0 && ++this.messagesSent > this.policy.maxOutboundMessages()) {
			cross(EndReason.STREAM_MAX_MESSAGES);
			return false;
		}
		if (this.policy.maxOutboundBytes() > 0) {
			this.bytesSent += size(message);
			if (this.bytesSent > this.policy.maxOutboundBytes()) {
				cross(EndReason.STREAM_MAX_BYTES);
				return false;
			}
		}
		return true;
	}

	/**
	 * What was sent before goes out before the stream ends.
	 */
	private void cross(EndReason limit) {
		this.crossed = limit;
		drain();
		if (!this.waiting) {
			endCrossed(limit);
		}
	}

	private void endCrossed(EndReason limit) {
		Message detail = (limit == EndReason.STREAM_MAX_MESSAGES)
				? this.policy.quotaFailure("max-outbound-messages", this.policy.maxOutboundMessages(), "messages")
				: this.policy.quotaFailure("max-outbound-bytes", this.policy.maxOutboundBytes(), "bytes");
		this.guard.end(limit, detail);
	}

	private long size(RespT message) {
		return MessageSize.of(message, getMethodDescriptor().getResponseMarshaller());
	}

	private void enqueue(RespT message) {
		long size = size(message);
		if (this.policy.maxPendingBytes() > 0 && this.pendingBytes + size > this.policy.maxPendingBytes()) {
			tooSlow();
			return;
		}
		if (this.queue == null) {
			this.queue = new ArrayDeque<>();
			watch();
			// Sooner than the last callback, which may wait behind the handler.
			this.context.addListener((cancelled) -> this.guard.send(this::drop), Runnable::run);
		}
		this.queue.add(message);
		this.owesReady = true;
		if (!this.waiting) {
			this.waiting = true;
			this.total.hold(this);
		}
		pending(1, size);
		if (this.outbound != null && this.delegate.isReady()) {
			awaitToken();
		}
		else {
			lookLater();
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate") // written within the guard only
	private void pending(int messages, long bytes) {
		this.pendingMessages += messages;
		this.pendingBytes += bytes;
		this.total.add(messages, bytes);
	}

	/**
	 * Send what waits, as far as transport and rate go.
	 */
	private void drain() {
		while (this.waiting) {
			if (!this.delegate.isReady()) {
				lookLater();
				return;
			}
			if (!takeToken()) {
				awaitToken();
				return;
			}
			sendNext();
		}
	}

	private void sendNext() {
		Queue<RespT> queue = this.queue;
		RespT message = (queue != null) ? queue.poll() : null;
		if (queue == null || message == null) {
			throw new IllegalStateException("nothing waits");
		}
		pending(-1, -size(message));
		if (queue.isEmpty()) {
			this.waiting = false;
			this.total.release(this);
		}
		this.delegate.sendMessage(message);
	}

	/**
	 * Something changed that may let messages go.
	 */
	private void flush() {
		drain();
		if (this.waiting) {
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
				super.close(status, trailers);
			}
		}
		else {
			awaitTokenIfThereIsNone();
			if (this.owesReady && isReady() && OWES_READY.compareAndSet(this, true, false)) {
				this.guard.tellReady();
			}
		}
	}

	/**
	 * The transport says that it is ready.
	 * @return whether the handler is to be told now
	 */
	boolean transportReady() {
		if (!this.waiting && this.outbound == null) {
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

	@Override
	public boolean isReady() {
		if (this.waiting || !this.delegate.isReady()) {
			return false;
		}
		this.knownReady = true;
		if (this.outbound == null || this.granted || this.outbound.available()) {
			return true;
		}
		this.owesReady = true;
		if (!this.awaiting) {
			this.guard.send(this::awaitTokenIfThereIsNone);
		}
		return false;
	}

	private boolean takeToken() {
		if (this.outbound == null) {
			return true;
		}
		if (this.granted) {
			this.granted = false;
			return true;
		}
		return !this.awaiting && this.outbound.tryTake();
	}

	private void awaitTokenIfThereIsNone() {
		if (this.outbound != null && !this.outbound.available()) {
			awaitToken();
		}
	}

	private void awaitToken() {
		if (this.outbound != null && !this.awaiting && !this.granted && !this.dropped) {
			this.awaiting = true;
			this.owesReady = true;
			if (this.idle != null) {
				this.idle.hold();
			}
			this.outbound.await(this.tokenWaiter);
		}
	}

	/**
	 * On the timer's thread, which has no time to send.
	 */
	private void tokenGranted() {
		this.timer.callbacks().execute(() -> this.guard.send(() -> {
			this.awaiting = false;
			this.granted = this.outbound != null && this.outbound.shared();
			if (this.idle != null) {
				this.idle.release();
			}
			flush();
		}));
	}

	private void lookLater() {
		if (!this.looking) {
			this.looking = true;
			this.lookNanos = FIRST_LOOK_NANOS;
			scheduleLook();
		}
	}

	private void scheduleLook() {
		this.arming = Thread.currentThread();
		this.timer.schedule(this::look, this.lookNanos);
		this.arming = null;
	}

	private void look() {
		if (this.arming == Thread.currentThread()) {
			return;
		}
		if (this.waiting && !this.delegate.isReady()) {
			this.lookNanos = Math.min(2 * this.lookNanos, LAST_LOOK_NANOS);
			scheduleLook();
			return;
		}
		this.timer.callbacks().execute(() -> this.guard.send(() -> {
			this.looking = false;
			flush();
		}));
	}

	@Override
	public void close(Status status, Metadata trailers) {
		this.closing = true;
		if (!this.guard.ended()) {
			drain();
			if (this.waiting && this.guard.holdClose()) {
				this.heldStatus = status;
				this.heldTrailers = trailers;
				return;
			}
		}
		drop();
		super.close(status, trailers);
	}

	private void drop() {
		this.dropped = true;
		this.heldStatus = null;
		if (this.waiting) {
			this.queue = null;
			this.waiting = false;
			this.total.release(this);
			pending(-this.pendingMessages, -this.pendingBytes);
		}
	}

	// what all streams hold together

	long pendingBytes() {
		return this.pendingBytes;
	}

	int pendingMessages() {
		return this.pendingMessages;
	}

	boolean condemned() {
		return this.condemned;
	}

	void condemn() {
		this.condemned = true;
	}

	void tooSlow() {
		this.guard.end(EndReason.SLOW_CONSUMER);
	}

}
