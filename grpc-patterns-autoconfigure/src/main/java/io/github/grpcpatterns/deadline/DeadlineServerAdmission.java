/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call has a required deadline, and time left. The time limit counts
 * from the arrival of the call, including the wait for a thread.
 */
final class DeadlineServerAdmission implements Admission<DeadlineServerAdmission.Decision> {

	private final PerMethod<DeadlineServerPolicy> policies;

	private final CallTimer timer;

	DeadlineServerAdmission(PerMethod<DeadlineServerPolicy> policies, CallTimer timer) {
		this.policies = policies;
		this.timer = timer;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.DEADLINE;
	}

	@Override
	public Decision decide(CallRecord call, Metadata headers, Effort effort) {
		DeadlineServerPolicy policy = this.policies.get(call.method());
		Deadline callers = Context.current().getDeadline();
		if (callers == null && policy.required()) {
			return Decision.REQUIRED;
		}
		if (callers != null && callers.isExpired()) {
			return Decision.EXPIRED;
		}
		long ours = (callers == null) ? Math.min(policy.defaultNanos(), policy.maxNanos()) : policy.maxNanos();
		if (ours == Long.MAX_VALUE) {
			return Decision.UNBOUNDED;
		}
		long left = ours - (this.timer.nanoTime() - call.startNanos());
		if (left <= 0) {
			return Decision.EXPIRED;
		}
		boolean callersIsNearer = callers != null && callers.timeRemaining(TimeUnit.NANOSECONDS) <= left;
		return callersIsNearer ? Decision.UNBOUNDED : new Decision(null, left);
	}

	@Override
	public boolean admits(Decision decision) {
		return decision.refusal() == null;
	}

	/**
	 * Time passes while a call waits: only an early refusal stands.
	 */
	@Override
	public Decision decision(CallRecord call, Metadata headers) {
		Decision early = earlyDecision(call);
		return (early != null && !admits(early)) ? early : decide(call, headers, Effort.WAIT);
	}

	/**
	 * The decision about a call.
	 *
	 * @param refusal the reason to refuse it, {@code null} if it may go on
	 * @param leftNanos the time that our deadline leaves it, {@link Long#MAX_VALUE} where
	 * the caller's is nearer or there is none
	 */
	record Decision(@Nullable EndReason refusal, long leftNanos) {

		static final Decision UNBOUNDED = new Decision(null, Long.MAX_VALUE);

		static final Decision REQUIRED = new Decision(EndReason.DEADLINE_REQUIRED, 0);

		static final Decision EXPIRED = new Decision(EndReason.DEADLINE, 0);

	}

}
