/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import org.springframework.core.Ordered;

/**
 * The order of a client's interceptors, outermost first. <pre>
 * call - correlation - logging - metrics
 *   the application's own interceptors with an order below 3000
 *     deadline - retry
 *       metrics of the attempt - auth
 *         transport
 * </pre>
 */
public final class ClientInterceptorOrder {

	/** Record of the call: everything else writes there. */
	public static final int CALL = Ordered.HIGHEST_PRECEDENCE;

	/** Before logging, whose line carries the id; one id for all attempts. */
	public static final int CORRELATION = CALL + 100;

	/** Once for a call, whatever the number of attempts. */
	public static final int LOGGING = CALL + 200;

	/** As logging; the two do not see each other. */
	public static final int METRICS = CALL + 300;

	/** Outside retry, so that it bounds all attempts together. */
	public static final int DEADLINE = 3000;

	/** Inside what happens once for a call, outside what happens for each attempt. */
	public static final int RETRY = 3100;

	/** Once for each attempt. */
	public static final int ATTEMPT_METRICS = 3200;

	/** For each attempt: a token may have been renewed meanwhile. */
	public static final int AUTH = 3300;

	/**
	 * Innermost, with a tracer only: the observation of Spring gRPC has no order, and is
	 * registered before.
	 */
	public static final int TRACE = Ordered.LOWEST_PRECEDENCE;

	private ClientInterceptorOrder() {
	}

}
