/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.EarlyDecisions;
import io.github.grpcpatterns.internal.call.MethodAdmissions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets policies decide before their interceptors are reached, as happens before a call
 * waits for a thread.
 */
public final class Early implements ServerInterceptor {

	/** How far the policies came, a call each. */
	public final List<EarlyDecisions.Outcome> outcomes = new CopyOnWriteArrayList<>();

	private final Admission<?>[] policies;

	public Early(Admission<?>... policies) {
		this.policies = policies;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		CallRecord record = CallRecord.current();
		EarlyDecisions decisions = EarlyDecisions.of(record, new MethodAdmissions(this.policies));
		EarlyDecisions.Outcome outcome = decisions.decide(record, headers, Effort.LOOK_UP);
		if (outcome == EarlyDecisions.Outcome.COMPUTE) {
			outcome = decisions.decide(record, headers, Effort.COMPUTE);
		}
		this.outcomes.add(outcome);
		return next.startCall(call, headers);
	}

}
