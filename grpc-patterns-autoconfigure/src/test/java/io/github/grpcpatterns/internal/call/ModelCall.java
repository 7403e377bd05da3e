/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.stream.ModelOutbound;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * One call with the real interceptors, guard, exit and gate between a transport and a
 * handler that do as they please, and the promises of the core about its end. Nothing in
 * it depends on a clock or on a thread that Lincheck does not schedule.
 */
final class ModelCall {

	private static final MethodDescriptor<Integer, Integer> METHOD = MethodDescriptor.<Integer, Integer>newBuilder()
		.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
		.setFullMethodName("model.Service/Method")
		.setRequestMarshaller(new IntegerMarshaller())
		.setResponseMarshaller(new IntegerMarshaller())
		.build();

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final ModelThreads threads = new ModelThreads();

	private final ModelTimer timer = new ModelTimer(this.threads);

	private final LiveCalls liveCalls = new LiveCalls();

	private final ModelHandler handler = new ModelHandler(this.threads);

	private final Outbound limits;

	private final ModelOutbound outbound;

	private final ServerStreamTracer tracer;

	private final ModelTransport transport;

	private ModelInterceptor innermost;

	private ServerCallGuard guard;

	/** What the policy that ended the call closes it with. */
	private Status policyEnd;

	private int reports;

	private Status reported;

	private Status expectedReport;

	private int cleanups;

	/**
	 * When messages go out.
	 */
	enum Outbound {

		/** At once, unless another thread is sending. */
		FREE(null, Integer.MAX_VALUE, 0),

		/** While there is room, which there is for the first message. */
		WHILE_READY(ModelOutbound::withoutRate, 1, 2),

		/**
		 * With a token of the stream's own rate, which there is for the first message.
		 */
		OWN_RATE(ModelOutbound::ownRate, Integer.MAX_VALUE, 2),

		/**
		 * With room and a token of a shared rate, which there are for the first message.
		 */
		SHARED_RATE(ModelOutbound::sharedRate, 1, 2);

		private final Function<CallTimer, ModelOutbound> gate;

		private final int room;

		/** How many messages the handler sends while the call starts. */
		private final int sentBefore;

		Outbound(Function<CallTimer, ModelOutbound> gate, int room, int sentBefore) {
			this.gate = gate;
			this.room = room;
			this.sentBefore = sentBefore;
		}

	}

	/**
	 * What happens to the call, each on a thread of its own.
	 */
	enum Action {

		HANDLER_SENDS {
			@Override
			void run(ModelCall call) {
				call.handler.send();
				call.handler.ask();
				call.handler.send();
			}
		},

		HANDLER_CLOSES {
			@Override
			void run(ModelCall call) {
				call.handler.close();
			}
		},

		CALLBACK_THROWS {
			@Override
			void run(ModelCall call) {
				call.transport.callBack((listener) -> listener.onMessage(1));
			}
		},

		CLIENT_CANCELS {
			@Override
			void run(ModelCall call) {
				call.transport.cancelled();
			}
		},

		CLIENT_READS {
			@Override
			void run(ModelCall call) {
				call.transport.read();
			}
		},

		CONNECTION_LOST {
			@Override
			void run(ModelCall call) {
				call.transport.lost();
			}
		},

		DRAIN_BEGINS {
			@Override
			void run(ModelCall call) {
				if (call.guard != null) {
					call.guard.beginDrain();
				}
			}
		},

		POLICY_ENDS {
			@Override
			void run(ModelCall call) {
				if (call.guard != null) {
					call.end(EndReason.STREAM_MAX_DURATION);
				}
			}
		},

		TIMER_FIRES {
			@Override
			void run(ModelCall call) {
				call.timer.advance(2 * SECOND);
			}
		},

		/** Breaks the rules, to see whether a fault would be found. */
		INTERCEPTOR_PASSES_THE_EXIT {
			@Override
			void run(ModelCall call) {
				call.innermost.setMessageCompression(true);
			}
		};

		static final Set<Action> LAWFUL = EnumSet.complementOf(EnumSet.of(INTERCEPTOR_PASSES_THE_EXIT));

		abstract void run(ModelCall call);

	}

	ModelCall(Outbound limits) {
		this.limits = limits;
		this.outbound = (limits.gate != null) ? limits.gate.apply(this.timer) : null;
		this.tracer = new CallServerTracer.Factory(this.timer, new RegisteredMethods(), List.of(), false)
			.newServerStreamTracer(METHOD.getFullMethodName(), null);
		this.transport = new ModelTransport(this.threads, METHOD, this.tracer, limits.room);
	}

	/**
	 * Let the call start, with the thread of its transport.
	 */
	ModelCall start() {
		Context context = this.tracer.filterContext(Context.ROOT);
		CallServerInterceptor outermost = new CallServerInterceptor(
				new CallEnvironment(this.timer, this.threads::execute, new RichStatus(RichStatus.DEFAULT_DOMAIN),
						(thrown, call) -> new CallEnding(Status.INTERNAL, new Metadata(), EndReason.INTERNAL),
						this.liveCalls, new RecentRefusals(Clock.systemUTC())));
		Context previous = context.attach();
		try {
			this.transport
				.start(() -> outermost.interceptCall(this.transport, new Metadata(), (call, headers) -> chain(call)));
		}
		finally {
			context.detach(previous);
		}
		return this;
	}

	private ServerCall.Listener<Integer> chain(ServerCall<Integer, Integer> call) {
		ServerCallGuard guard = ServerCallGuard.current();
		guard.record().addReporter(this::ended);
		guard.whenOver(() -> this.cleanups++);
		if (this.outbound != null) {
			guard.gate(this.outbound.gate(call, guard));
		}
		this.guard = guard;
		this.innermost = new ModelInterceptor(call, this.threads);
		return new HandlerServerInterceptor().interceptCall(this.innermost, new Metadata(), (guarded, headers) -> {
			this.handler.start(guarded);
			guard.drain().onDrain(() -> this.handler.inCallback(() -> end(EndReason.SERVER_DRAINING)));
			for (int i = 0; i < this.limits.sentBefore; i++) {
				this.handler.send();
				this.handler.ask();
			}
			return this.handler;
		});
	}

	private void ended(CallRecord record) {
		this.reports++;
		this.reported = record.status();
		Status transport = record.transportStatus();
		Status sent = this.guard.life().sent();
		this.expectedReport = (transport != null && (sent == null || transport.getCode() != sent.getCode()))
				? EndReason.CANCELLED.status() : (sent != null) ? sent : this.policyEnd;
	}

	private void end(EndReason reason) {
		Status status = reason.status();
		if (this.guard.end(new CallEnding(status, new Metadata(), reason))) {
			if (this.policyEnd != null) {
				this.threads.fault("two policies end the call");
			}
			this.policyEnd = status;
		}
		else if (this.guard.alive()) {
			this.threads.fault("a policy could not end a call that lives");
		}
	}

	/**
	 * Let all of it happen at the same time.
	 */
	void run(Set<Action> actions) {
		for (Action action : actions) {
			this.threads.start(() -> action.run(this));
		}
		this.threads.startWorker();
		this.threads.join();
	}

	/**
	 * As {@link #run}, while the call starts.
	 */
	void runWhileItStarts(Set<Action> actions) {
		this.threads.start(this::start);
		run(actions);
	}

	/**
	 * Let what has begun come to its end, and look at it: the client reads and time
	 * passes, and the handler closes where nothing else has.
	 */
	ModelCall finish() {
		settle();
		if (this.guard.open()) {
			verify(this.handler.isReady(), "the handler may not send though nothing waits");
			verify(!this.handler.waits(), "the handler was not told that it may send");
			this.handler.close();
			settle();
		}
		verify(this.reports == 1, this.reports + " reports before the last callback");
		this.transport.callBackLate();
		settle();
		verifyEnd();
		verifyReport();
		verifyMessages();
		verifyNothingIsLeft();
		verify(this.threads.faults().isEmpty(), String.join(", ", this.threads.faults()));
		return this;
	}

	private void settle() {
		for (int i = 0; i < 4; i++) {
			this.threads.work();
			this.transport.read();
			this.threads.work();
			this.timer.advance(SECOND);
		}
		this.threads.work();
	}

	private void verifyEnd() {
		verify(this.innermost.closes() == 1, "closed " + this.innermost.closes() + " times");
		boolean gone = this.guard.state().gone();
		verify(gone == (this.transport.closed() == null), "the stream was closed with " + this.transport.closed());
		verify(this.guard.ended() == (this.policyEnd != null), "ended: " + this.guard.ended());
		if (this.policyEnd != null) {
			verify(this.innermost.closed() == this.policyEnd,
					"closed with " + this.innermost.closed() + " instead of " + this.policyEnd);
		}
		if (!this.handler.started()) {
			verify(this.handler.cancels() + this.handler.completes() == 0, "a callback without a handler");
			return;
		}
		boolean cancelled = this.policyEnd != null || this.transport.ended() != this.transport.closed();
		verify(this.handler.cancels() == (cancelled ? 1 : 0), this.handler.cancels() + " times onCancel");
		verify(this.handler.completes() == (cancelled ? 0 : 1), this.handler.completes() + " times onComplete");
		verify(this.handler.context().isCancelled(), "the context of the handler lives");
	}

	private void verifyReport() {
		verify(this.reports == 1, this.reports + " reports");
		verify(this.cleanups == 1, this.cleanups + " cleanups");
		verify(this.reported.getCode() == this.expectedReport.getCode(),
				"reported " + this.reported + " instead of " + this.expectedReport);
	}

	private void verifyMessages() {
		List<Integer> messages = this.transport.messages();
		for (int i = 0; i < messages.size(); i++) {
			verify(messages.get(i) == i + 1, "the client got " + messages);
		}
		if (this.transport.ended().isOk()) {
			verify(messages.size() >= this.handler.sentBeforeClose(), "the client got OK after " + messages);
		}
	}

	private void verifyNothingIsLeft() {
		verify(!this.guard.out().waits(), "something waits at the exit");
		verify(this.timer.idle(), "something waits for the timer");
		this.liveCalls.forEach((call) -> verify(false, "the call is listed as live"));
		if (this.outbound != null) {
			verify(this.outbound.pendingBytes() == 0, this.outbound.pendingBytes() + " bytes are pending");
			long missing = this.outbound.missingTokens(this.innermost.messages());
			verify(missing == 0, missing + " tokens are lost");
		}
	}

	private static void verify(boolean expected, String otherwise) {
		if (!expected) {
			throw new AssertionError(otherwise);
		}
	}

	private static final class IntegerMarshaller implements MethodDescriptor.Marshaller<Integer> {

		@Override
		public InputStream stream(Integer value) {
			return new ByteArrayInputStream(new byte[] { value.byteValue() });
		}

		@Override
		public Integer parse(InputStream stream) {
			throw new UnsupportedOperationException();
		}

	}

}
