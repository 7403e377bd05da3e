/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.util.Objects;

import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a {@link RecordedCall}.
 */
public final class RecordedCallAssert extends AbstractAssert<RecordedCallAssert, RecordedCall> {

	RecordedCallAssert(RecordedCall actual) {
		super(actual, RecordedCallAssert.class);
	}

	/**
	 * Assert the status.
	 * @param status the code
	 * @return this
	 */
	public RecordedCallAssert endedWith(Status.Code status) {
		return check("status", this.actual.status(), status);
	}

	/**
	 * Assert what ended the call.
	 * @param reason the reason, {@link EndReason#COMPLETED} for {@code OK}
	 * @return this
	 */
	public RecordedCallAssert endedWith(EndReason reason) {
		return check("reason", this.actual.reason(), reason);
	}

	/**
	 * Assert status and reason.
	 * @param status the code
	 * @param reason the reason
	 * @return this
	 */
	public RecordedCallAssert endedWith(Status.Code status, EndReason reason) {
		return endedWith(status).endedWith(reason);
	}

	/**
	 * Assert which method was called.
	 * @param method the full name, {@code package.Service/Method}
	 * @return this
	 */
	public RecordedCallAssert hasMethod(String method) {
		return check("method", this.actual.method(), method);
	}

	/**
	 * Assert who called.
	 * @param principal the name, {@code null} for a caller that was not authenticated
	 * @return this
	 */
	public RecordedCallAssert hasPrincipal(@Nullable String principal) {
		return check("principal", this.actual.principal(), principal);
	}

	/**
	 * Assert how many messages reached the handler.
	 * @param messages the number
	 * @return this
	 */
	public RecordedCallAssert hasReceived(long messages) {
		return check("messages received", this.actual.messagesReceived(), messages);
	}

	/**
	 * Assert how many messages were sent.
	 * @param messages the number
	 * @return this
	 */
	public RecordedCallAssert hasSent(long messages) {
		return check("messages sent", this.actual.messagesSent(), messages);
	}

	/**
	 * Assert the correlation id.
	 * @param correlationId the id
	 * @return this
	 */
	public RecordedCallAssert hasCorrelationId(String correlationId) {
		return check("correlation id", this.actual.correlationId(), correlationId);
	}

	private RecordedCallAssert check(String what, @Nullable Object actual, @Nullable Object expected) {
		if (!Objects.equals(actual, expected)) {
			throw failureWithActualExpected(actual, expected, "Expected %s to be %s, but it was %s in%n%s", what,
					expected, actual, this.actual);
		}
		return this;
	}

}
