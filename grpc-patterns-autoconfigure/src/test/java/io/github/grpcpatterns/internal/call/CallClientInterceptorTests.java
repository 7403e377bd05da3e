/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.testing.BrokenCall;
import io.github.grpcpatterns.testing.BrokenCall.Operation;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link CallClientInterceptor}.
 */
class CallClientInterceptorTests {

	private final PolicyClock timer = new PolicyClock();

	private final CalledMethods calledMethods = new CalledMethods();

	/** What reporters hear, of all calls. */
	private final List<String> reports = new CopyOnWriteArrayList<>();

	private GrpcHarness harness;

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void start(ClientInterceptor... further) {
		List<ClientInterceptor> interceptors = new ArrayList<>();
		interceptors.add(new CallClientInterceptor(this.timer, this.calledMethods));
		interceptors.add(new Reporting());
		interceptors.addAll(List.of(further));
		this.harness = GrpcHarness.inProcess()
			.clientInterceptors(interceptors.toArray(ClientInterceptor[]::new))
			.start();
	}

	private ClientCall<PingRequest, PingResponse> make() {
		return this.harness.channel().newCall(PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT);
	}

	@Test
	void whenACallIsNeverStartedThenNothingIsReported() {
		start();
		make();
		make().cancel("before", null);
		assertThat(this.reports).isEmpty();
		assertThat(this.calledMethods.all()).isEmpty();
	}

	@Test
	void whenACallIsStartedThenItIsReportedFromThenOn() {
		start();
		ClientCall<PingRequest, PingResponse> call = make();
		this.timer.advance(Duration.ofHours(1));
		call.start(new ClientCall.Listener<>() {
		}, new Metadata());
		assertThat(this.reports).containsExactly("started");
		assertThat(this.calledMethods.all()).containsExactly(PingServiceGrpc.getPingBidiMethod());
		this.timer.advance(Duration.ofSeconds(2));
		call.cancel("enough", null);
		Awaitility.await().until(() -> this.reports.size() == 2);
		assertThat(this.reports).containsExactly("started", "CANCELLED after PT2S");
	}

	@Test
	void whenACallIsStartedThoughItWasCancelledThenItEndsAsCancelled() {
		start();
		ClientCall<PingRequest, PingResponse> call = make();
		call.cancel("before", null);
		assertThatIllegalStateException().isThrownBy(() -> call.start(new ClientCall.Listener<>() {
		}, new Metadata()));
		assertThat(this.reports).containsExactly("started", "CANCELLED after PT0S");
	}

	@Test
	void whenACallIsStartedTwiceThenTheFirstStartIsNotAffected() {
		start();
		ClientCall<PingRequest, PingResponse> call = make();
		ClientCall.Listener<PingResponse> listener = new ClientCall.Listener<>() {
		};
		call.start(listener, new Metadata());
		assertThatIllegalStateException().isThrownBy(() -> call.start(listener, new Metadata()));
		assertThat(this.reports).containsExactly("started");
		call.request(1);
		call.halfClose();
		Awaitility.await().until(() -> this.reports.size() == 2);
		assertThat(this.reports).containsExactly("started", "OK after PT0S");
	}

	@Test
	void whenACallCannotBeMadeOrStartedThenItIsReportedOnce() {
		NoClassDefFoundError failure = new NoClassDefFoundError("gone");
		for (Operation operation : new Operation[] { Operation.NEW_CALL, Operation.START }) {
			start(new BrokenCall(operation, 1, failure));
			assertThatThrownBy(() -> RawCall.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(),
					CallOptions.DEFAULT, new Metadata()))
				.isSameAs(failure);
			this.harness.close();
			assertThat(this.reports).containsExactly("started", "UNKNOWN after PT0S");
			this.reports.clear();
		}
	}

	@Test
	void whenThePeerCannotBeToldThenTheCallerStillHearsOfTheEnd() {
		start(new BrokenCall(Operation.ATTRIBUTES, 1, new NoClassDefFoundError("gone")));
		RawCall call = RawCall.start(this.harness.channel(), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT,
				new Metadata());
		call.send(PingRequest.getDefaultInstance()).halfClose();
		assertThat(call.await().getCode()).isEqualTo(Status.Code.OK);
		assertThat(this.reports).containsExactly("started", "OK after PT0S");
	}

	@Test
	void whateverBecomesOfCallsStartsAndEndsBalance() throws Exception {
		start();
		ExecutorService threads = Executors.newFixedThreadPool(4);
		List<RawCall> started = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 2000; i++) {
			threads.execute(() -> {
				switch (ThreadLocalRandom.current().nextInt(4)) {
					case 0 -> make();
					case 1 -> make().cancel("before", null);
					case 2 -> started.add(
							RawCall
								.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
										new Metadata())
								.cancel());
					default -> started.add(
							RawCall
								.start(this.harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
										new Metadata())
								.halfClose());
				}
			});
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		started.forEach(RawCall::await);
		assertThat(this.reports).hasSize(2 * started.size());
		assertThat(this.reports.stream().filter("started"::equals)).hasSize(started.size());
	}

	/**
	 * Follows calls as meters and log lines do.
	 */
	private final class Reporting implements ClientInterceptor, CallReporter {

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions callOptions, Channel next) {
			CallRecord.of(callOptions).addReporter(this);
			return next.newCall(method, callOptions);
		}

		@Override
		public void started(CallRecord call) {
			CallClientInterceptorTests.this.reports.add("started");
		}

		@Override
		public void ended(CallRecord call) {
			CallClientInterceptorTests.this.reports
				.add(call.status().getCode() + " after " + Duration.ofNanos(call.durationNanos()));
		}

	}

}
