/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.EarlyDecisions;
import io.github.grpcpatterns.internal.call.EarlyDecisions.Outcome;
import io.github.grpcpatterns.internal.call.MethodAdmissions;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about the calls of one server before they wait for a thread of the handlers'
 * executor.
 * <p>
 * grpc-java looks up the method of a call on the builder's executor, and there asks the
 * supplier for the executor of that call. This class is both. A look-up of a method that
 * the server has in its own table runs at once, on the thread of the transport; any other
 * may reach a registry of the application, and runs on the executor of the handlers like
 * everything else. The tracer announces a look-up: its callback is the last step of
 * grpc-java on the thread before it hands the look-up over.
 */
final class EarlyAdmission extends ServerStreamTracer.Factory implements Executor, ServerCallExecutorSupplier {

	private static final Logger logger = LoggerFactory.getLogger(EarlyAdmission.class);

	private static final ServerStreamTracer UNKNOWN_METHOD = new ServerStreamTracer() {
	};

	private final ThreadLocal<LookUp> lookUp = ThreadLocal.withInitial(() -> LookUp.NONE);

	private final ServerStreamTracer knownMethod = new ServerStreamTracer() {

		@Override
		public Context filterContext(Context context) {
			EarlyAdmission.this.lookUp.set(LookUp.NEXT);
			return context;
		}

	};

	private final Executor handlers;

	private final Executor ours;

	private final Executor computing;

	private final Admission<?>[] policies;

	/** Of methods of this process, whose number is bounded. */
	private final Map<String, MethodAdmissions> perMethod = new ConcurrentHashMap<>();

	private final RegisteredMethods methods;

	private final RichStatus richStatus;

	/**
	 * Create it.
	 * @param handlers where handlers run
	 * @param ours where refused calls run, without a bound
	 * @param computing where decisions run that compute
	 * @param policies the policies in their order
	 * @param methods the methods of this process
	 * @param richStatus makes the end of calls that the executor rejects
	 */
	EarlyAdmission(Executor handlers, Executor ours, Executor computing, Admission<?>[] policies,
			RegisteredMethods methods, RichStatus richStatus) {
		this.handlers = handlers;
		this.ours = ours;
		this.computing = computing;
		this.policies = policies;
		this.methods = methods;
		this.richStatus = richStatus;
	}

	@Override
	public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
		return this.methods.inTable(fullMethodName) ? this.knownMethod : UNKNOWN_METHOD;
	}

	@Override
	public void execute(Runnable task) {
		if (this.lookUp.get() != LookUp.NEXT) {
			executeOnHandlers(task);
			return;
		}
		this.lookUp.set(LookUp.UNDER_WAY);
		try {
			task.run();
		}
		finally {
			this.lookUp.set(LookUp.NONE);
		}
	}

	/**
	 * Tasks that must not be lost, such as the cancellation of a call's {@link Context},
	 * run on an executor of ours if that of the handlers rejects them.
	 */
	private void executeOnHandlers(Runnable task) {
		try {
			this.handlers.execute(task);
		}
		catch (RejectedExecutionException ex) {
			this.ours.execute(task);
		}
	}

	/**
	 * Return the executor of a call.
	 * @return the executor; {@code null}, for that of the builder, where the call is on
	 * an executor already, or a customizer of the application gave the builder another
	 */
	@Override
	public <ReqT, RespT> @Nullable Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata headers) {
		CallRecord record = CallRecord.current();
		if (this.lookUp.get() != LookUp.UNDER_WAY || record == null) {
			return null;
		}
		record.begin(call.getMethodDescriptor(), call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
		MethodAdmissions policies = policies(call.getMethodDescriptor().getFullMethodName());
		EarlyDecisions decisions = EarlyDecisions.of(record, policies);
		Executor executor = switch (decide(decisions, record, headers, Effort.LOOK_UP)) {
			case ADMITTED, UNDECIDED -> new CallExecutor(record, this.handlers);
			case REFUSED -> this.ours;
			case COMPUTE -> computing(decisions, record, headers);
		};
		return policies.known() ? executor : new LearningExecutor(executor, decisions);
	}

	private MethodAdmissions policies(String method) {
		MethodAdmissions policies = this.perMethod.get(method);
		return (policies != null) ? policies
				: this.perMethod.computeIfAbsent(method, (name) -> new MethodAdmissions(this.policies));
	}

	private Executor computing(EarlyDecisions decisions, CallRecord call, Metadata headers) {
		Context context = Context.current();
		CallExecutor executor = new CallExecutor(call, this.handlers);
		executor.target = (first) -> this.computing.execute(() -> {
			context.run(() -> {
				Outcome outcome = decide(decisions, call, headers, Effort.COMPUTE);
				executor.target = (outcome == Outcome.REFUSED) ? this.ours : this.handlers;
			});
			executor.execute(first);
		});
		return executor;
	}

	private static Outcome decide(EarlyDecisions decisions, CallRecord call, Metadata headers, Effort effort) {
		try {
			return decisions.decide(call, headers, effort);
		}
		catch (Throwable ex) {
			// the interceptor of the policy tries again, and fails in its place
			logger.debug("Cannot decide about a call of {} before it is queued", call.methodName(), ex);
			return Outcome.UNDECIDED;
		}
	}

	/**
	 * Clients retry after a random time, so that they do not retry all at once.
	 */
	private void overload(ServerCallGuard guard) {
		guard.endForGood(this.richStatus.endingWithRetry(EndReason.OVERLOADED, guard.record().correlationId(),
				ThreadLocalRandom.current().nextLong(100, 1001)));
	}

	/**
	 * Hands over the tasks of one call, one at a time. If the executor of the handlers
	 * rejects one, the call ends, and its handler gets no more callbacks.
	 */
	private final class CallExecutor implements Executor {

		private final CallRecord call;

		private volatile Executor target;

		CallExecutor(CallRecord call, Executor target) {
			this.call = call;
			this.target = target;
		}

		@Override
		public void execute(Runnable task) {
			try {
				this.target.execute(task);
			}
			catch (RejectedExecutionException ex) {
				this.target = EarlyAdmission.this.ours;
				this.call.end(EarlyAdmission.this::overload);
				EarlyAdmission.this.ours.execute(task);
			}
		}

	}

	/**
	 * Notices which policies the chain asks, in the first task of a call, which runs it.
	 */
	private static final class LearningExecutor implements Executor {

		private final Executor delegate;

		private final EarlyDecisions decisions;

		private volatile boolean begun;

		LearningExecutor(Executor delegate, EarlyDecisions decisions) {
			this.delegate = delegate;
			this.decisions = decisions;
		}

		@Override
		public void execute(Runnable task) {
			if (this.begun) {
				this.delegate.execute(task);
				return;
			}
			this.begun = true;
			this.delegate.execute(() -> {
				try {
					task.run();
				}
				finally {
					this.decisions.chainRan();
				}
			});
		}

	}

	/**
	 * What this thread does.
	 */
	private enum LookUp {

		NONE, NEXT, UNDER_WAY

	}

}
