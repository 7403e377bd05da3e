/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.AbstractList;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The last refusals, as the endpoint returns them. A type of its own for the same reason
 * as {@link LiveStreams}.
 */
public final class RefusedCalls extends AbstractList<RefusedCalls.Refusal> implements OperationResponseBody {

	private final List<Refusal> refusals;

	RefusedCalls(List<Refusal> refusals) {
		this.refusals = refusals;
	}

	@Override
	public Refusal get(int index) {
		return this.refusals.get(index);
	}

	@Override
	public int size() {
		return this.refusals.size();
	}

	/**
	 * A call that a policy refused or ended.
	 *
	 * @param time when it ended, in UTC as in ISO 8601
	 * @param method the full name of its method
	 * @param reason the reason, as the client finds it in {@code ErrorInfo}
	 * @param principal the authenticated caller, absent where there is none
	 * @param correlationId the correlation id, absent where the pattern is off
	 * @param enforced whether the call was in fact refused or ended
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Refusal(String time, String method, String reason, @Nullable String principal,
			@Nullable String correlationId, boolean enforced) {
	}

}
