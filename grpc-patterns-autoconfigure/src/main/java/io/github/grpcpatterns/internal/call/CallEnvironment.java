/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.concurrent.Executor;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Metadata;

/**
 * What all calls of an application share.
 *
 * @param timer the timer
 * @param handlers where the code of users runs that no callback runs
 * @param richStatus makes statuses
 * @param exceptionMapping maps exceptions
 * @param liveCalls the calls that are not over
 * @param refusals the last calls that a policy refused or ended
 * @param reports sees to reports that are late
 */
record CallEnvironment(CallTimer timer, Executor handlers, RichStatus richStatus, ExceptionMapping exceptionMapping,
		LiveCalls liveCalls, RecentRefusals refusals, ReportWatch reports) {

	CallEnvironment(CallTimer timer, Executor handlers, RichStatus richStatus, ExceptionMapping exceptionMapping,
			LiveCalls liveCalls, RecentRefusals refusals) {
		this(timer, handlers, richStatus, exceptionMapping, liveCalls, refusals, new ReportWatch(timer, liveCalls));
	}

	/**
	 * Return how an exception ends a call.
	 * @param thrown the exception or error
	 * @param trailers what interceptors of the user's added to the close
	 * @param call the call
	 */
	CallEnding ending(Throwable thrown, Metadata trailers, CallRecord call) {
		try {
			CallEnding ending = this.exceptionMapping.map(thrown, call);
			if (trailers.keys().isEmpty()) {
				return ending;
			}
			Metadata all = new Metadata();
			all.merge(trailers);
			all.merge(ending.trailers());
			return this.richStatus.ending(ending.reason(), ending.status(), all, call.correlationId());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The mapping of {} failed", thrown.getClass().getName(), ex);
			call.exception(thrown, true);
			return this.richStatus.ending(EndReason.INTERNAL, call.correlationId());
		}
	}

}
