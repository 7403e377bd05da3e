/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.ForwardingServerCall;
import io.grpc.ServerCall;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * The health that clients see: the health service's own until the application closes,
 * {@code NOT_SERVING} from then on.
 * <p>
 * The answers are changed, and not the health service: its terminal state covers the
 * names that it knows at that moment, and cannot be undone.
 */
final class ReportedHealth {

	private static final HealthCheckResponse NOT_SERVING = HealthCheckResponse.newBuilder()
		.setStatus(ServingStatus.NOT_SERVING)
		.build();

	private final Set<Answers<?, ?>> watches = ConcurrentHashMap.newKeySet();

	private volatile boolean closing;

	/**
	 * Report {@code NOT_SERVING} from now on, for every service name.
	 */
	void close() {
		this.closing = true;
		this.watches.forEach(Answers::turn);
	}

	/**
	 * Return a call of the health service whose answers are the reported health.
	 */
	<ReqT, RespT> ServerCall<ReqT, RespT> of(ServerCall<ReqT, RespT> call, ServerCallGuard guard) {
		Answers<ReqT, RespT> answers = new Answers<>(call, guard);
		if (guard.record().streaming()) {
			this.watches.add(answers);
			guard.whenOver(() -> this.watches.remove(answers));
		}
		return answers;
	}

	/**
	 * Messages come one at a time, because every sender goes through the exit of the
	 * call.
	 */
	private final class Answers<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final ServerCallGuard guard;

		/** Written before {@link #closing} is read, and read after it was written. */
		private volatile boolean answered;

		private @Nullable Object last;

		Answers(ServerCall<ReqT, RespT> call, ServerCallGuard guard) {
			this.delegate = call;
			this.guard = guard;
		}

		@Override
		protected ServerCall<ReqT, RespT> delegate() {
			return this.delegate;
		}

		void turn() {
			if (this.answered) {
				this.guard.send(NOT_SERVING);
			}
		}

		@Override
		public void sendMessage(RespT message) {
			this.answered = true;
			if (!ReportedHealth.this.closing) {
				this.last = message;
				super.sendMessage(message);
				return;
			}
			RespT answer = notServing(message);
			if (!answer.equals(this.last)) {
				this.last = answer;
				super.sendMessage(answer);
			}
		}

		@SuppressWarnings("unchecked") // of the same type
		private RespT notServing(RespT message) {
			return (message instanceof HealthCheckResponse) ? (RespT) NOT_SERVING : message;
		}

	}

}
