/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import org.springframework.core.Ordered;

/**
 * The order of a server's interceptors, outermost first. <pre>
 * call - correlation - caller's trace (with a tracer) - logging - metrics
 *   [the stack's exception handler, observation, metrics]
 *     trace (with a tracer) - shutdown - auth - rate limit - deadline - stream - validation
 *       coroutine (with grpc-kotlin) - handler - error mapping
 *         the application's own interceptors (those without an order)
 *           service
 * </pre>
 */
public final class ServerInterceptorOrder {

	/**
	 * Record and guard of the call: everything else writes there. This one and the next
	 * four are {@link org.springframework.core.PriorityOrdered}, because an interceptor
	 * of a stack may have the highest plain order.
	 */
	public static final int CALL = Ordered.HIGHEST_PRECEDENCE;

	/** Before logging, whose line carries the id. */
	public static final int CORRELATION = CALL + 100;

	/** The trace of the caller, before the line that may name it; with a tracer only. */
	public static final int CALLER_TRACE = CALL + 150;

	/** Outside all that may refuse a call, for what is refused is logged too. */
	public static final int LOGGING = CALL + 200;

	/** As logging; the two do not see each other. */
	public static final int METRICS = CALL + 300;

	/**
	 * Inside the stack's observation, whose span it notes, with a tracer only.
	 */
	public static final int TRACE = 2900;

	/**
	 * First inside the stack's own interceptors (observation and metrics stand at 0 or
	 * 2500), which so see what is refused: a server that is gone does no more work.
	 */
	public static final int SHUTDOWN = 3000;

	/** Nothing takes a permit before the caller is known. */
	public static final int AUTH = 3100;

	/** After auth: rates may be the principal's. */
	public static final int RATE_LIMIT = 3200;

	/** After what may refuse: no timer for a call that is not served. */
	public static final int DEADLINE = 3300;

	/** Limits of streams, once the time of the call is known. */
	public static final int STREAM = 3400;

	/** After the limits: what is not delivered need not be checked. */
	public static final int VALIDATION = 3500;

	/**
	 * Coroutines of the call get its MDC and security context: inside all that sets them.
	 */
	public static final int COROUTINE = 3550;

	/**
	 * The inner end of the guard: policies close the call here, past all of the above.
	 */
	public static final int HANDLER = 3600;

	/** Innermost, so that all of the above see the mapped status. */
	public static final int ERRORS = 3700;

	private ServerInterceptorOrder() {
	}

}
