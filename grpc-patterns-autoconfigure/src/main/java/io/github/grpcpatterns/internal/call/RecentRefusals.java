/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

import io.github.grpcpatterns.EndReason;
import org.jspecify.annotations.Nullable;

/**
 * The last inbound calls that a policy refused or ended, of all four kinds.
 * <p>
 * Written when the end of a call is reported, and read from any thread.
 */
public final class RecentRefusals {

	static final int MAX = 100;

	private final Clock clock;

	// guarded by this

	private final Deque<Refused> refused = new ArrayDeque<>(MAX);

	RecentRefusals(Clock clock) {
		this.clock = clock;
	}

	void add(CallRecord call) {
		Refused added = new Refused(this.clock.instant(), call.methodName(), call.endReason(), call.principal(),
				call.correlationId());
		synchronized (this) {
			if (this.refused.size() == MAX) {
				this.refused.removeFirst();
			}
			this.refused.addLast(added);
		}
	}

	/**
	 * Return the refusals.
	 * @return at most 100, the newest first
	 */
	public List<Refused> all() {
		List<Refused> all;
		synchronized (this) {
			all = new ArrayList<>(this.refused);
		}
		Collections.reverse(all);
		return all;
	}

	/**
	 * A call that a policy refused or ended.
	 *
	 * @param time when it ended
	 * @param method the full name of its method
	 * @param reason the reason
	 * @param principal the authenticated caller, or {@code null} where there is none
	 * @param correlationId the correlation id, or {@code null} where the pattern is off
	 */
	public record Refused(Instant time, String method, EndReason reason, @Nullable String principal,
			@Nullable String correlationId) {
	}

}
