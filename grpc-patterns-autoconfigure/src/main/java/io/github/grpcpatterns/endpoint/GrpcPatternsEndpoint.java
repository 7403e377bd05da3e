/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.RecentRefusals;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the effective policy of each method and the property that decided it, lists the
 * open streams and the last refusals, and ends a stream.
 * <p>
 * May be called from any thread. Nothing is computed before it is called.
 */
@Endpoint(id = "grpcpatterns")
public final class GrpcPatternsEndpoint {

	private static final String STREAMS = "streams";

	private static final String REFUSALS = "refusals";

	private static final long NANOS_PER_MILLI = 1_000_000;

	private final MethodPolicies policies;

	private final LiveCalls liveCalls;

	private final RecentRefusals refusals;

	private final CallTimer timer;

	GrpcPatternsEndpoint(MethodPolicies policies, LiveCalls liveCalls, RecentRefusals refusals, CallTimer timer) {
		this.policies = policies;
		this.liveCalls = liveCalls;
		this.refusals = refusals;
		this.timer = timer;
	}

	/**
	 * Return each method that is served or was called, with what holds for it. Settings
	 * of the server are those of served methods; settings of the client are what holds
	 * where this process calls the method.
	 * @return the methods in the order of names
	 */
	@ReadOperation
	public MethodReport methods() {
		return new MethodReport(this.policies.all());
	}

	/**
	 * Return one of the lists: {@code streams}, the streams that live, those of health
	 * and reflection too, the oldest first; {@code refusals}, the last calls that a
	 * policy refused or ended, the newest first.
	 * @param list the name of the list
	 * @return the list, or {@code null} where there is none of that name
	 */
	@ReadOperation
	public @Nullable OperationResponseBody list(@Selector String list) {
		return switch (list) {
			case STREAMS -> streams();
			case REFUSALS -> refusals();
			default -> null;
		};
	}

	private RefusedCalls refusals() {
		return new RefusedCalls(this.refusals.all()
			.stream()
			.map((call) -> new RefusedCalls.Refusal(call.time().toString(), call.method(), call.reason().name(),
					call.principal(), call.correlationId(), true))
			.toList());
	}

	private LiveStreams streams() {
		long now = this.timer.nanoTime();
		List<LiveStreams.Stream> streams = new ArrayList<>();
		this.liveCalls.forEach((call) -> {
			if (call.streaming() && call.guard().alive()) {
				streams.add(stream(call, now));
			}
		});
		streams.sort(Comparator.comparingLong(LiveStreams.Stream::ageMillis).reversed());
		return new LiveStreams(streams);
	}

	private static LiveStreams.Stream stream(CallRecord call, long now) {
		return new LiveStreams.Stream(id(call), call.methodName(), call.peerText(), call.principal(),
				call.correlationId(), millis(now - call.startNanos()), millis(now - call.traffic().lastMessageNanos()),
				call.traffic().messagesReceived(), call.traffic().messagesSent(), call.traffic().bytesReceived(),
				call.traffic().bytesSent());
	}

	/**
	 * As text, for JavaScript cannot hold every number that has 64 bits.
	 */
	private static String id(CallRecord call) {
		return Long.toString(call.guard().id());
	}

	/**
	 * Never negative: what is read belongs to a call that goes on meanwhile.
	 */
	private static long millis(long nanos) {
		return Math.max(0, nanos) / NANOS_PER_MILLI;
	}

	/**
	 * End a stream as {@link EndReason#TERMINATED}.
	 * @param list {@code streams}
	 * @param id the id of the stream
	 * @return 204, or 404 where no stream that lives has the id
	 */
	@DeleteOperation
	public WebEndpointResponse<Void> end(@Selector String list, @Selector String id) {
		List<CallRecord> found = new ArrayList<>(1);
		if (list.equals(STREAMS)) {
			this.liveCalls.forEach((call) -> {
				if (call.streaming() && id(call).equals(id)) {
					found.add(call);
				}
			});
		}
		boolean ended = !found.isEmpty() && found.get(0).guard().end(EndReason.TERMINATED);
		return new WebEndpointResponse<>(
				ended ? WebEndpointResponse.STATUS_NO_CONTENT : WebEndpointResponse.STATUS_NOT_FOUND);
	}

}
