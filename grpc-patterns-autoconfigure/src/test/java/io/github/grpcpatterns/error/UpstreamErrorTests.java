/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link StatusMapping} and {@link ErrorServerInterceptor} with errors of a
 * second server that the first one calls.
 */
class UpstreamErrorTests {

	private static final Set<Status.Code> KEPT = Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED,
			Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	private static final FailingService UPSTREAM = new FailingService();

	private static GrpcHarness upstream;

	private final ErrorFixture fixture = ErrorFixture.withDefaults();

	@BeforeAll
	static void start() {
		upstream = GrpcHarness.netty()
			.service(UPSTREAM)
			.clientInterceptors(TestCalls.callClientInterceptor(TestCalls.sharedTimer()))
			.start();
	}

	@AfterAll
	static void stop() {
		upstream.close();
	}

	@AfterEach
	void stopFixture() {
		this.fixture.close();
	}

	private static void upstreamFailsWith(Status status) {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "secret");
		trailers.put(RichStatus.PUSHBACK, "-1");
		UPSTREAM.failWith(FailingService.Way.ON_ERROR, () -> status.asRuntimeException(trailers));
	}

	private static Throwable callBlocking() {
		return catchThrowable(() -> upstream.blocking().ping(PingRequest.getDefaultInstance()));
	}

	private static Throwable callAsync() {
		return CallKind.BIDI_STREAMING.await(upstream.channel());
	}

	private static Throwable callFuture() {
		return catchThrowable(
				() -> PingServiceGrpc.newFutureStub(upstream.channel()).ping(PingRequest.getDefaultInstance()).get());
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
	void onlyACodeThatAsksToTryAgainGoesOn(Status.Code code) {
		for (Status status : List.of(code.toStatus(), code.toStatus().withDescription("secret"))) {
			upstreamFailsWith(status);
			Status.Code expected = KEPT.contains(code) ? code : Status.Code.INTERNAL;
			assertConverted(this.fixture.thrown(UpstreamErrorTests::callBlocking), expected);
			assertConverted(this.fixture.thrown(UpstreamErrorTests::callAsync), expected);
			assertConverted(this.fixture.thrown(UpstreamErrorTests::callFuture), expected);
			assertConverted(this.fixture.onError(UpstreamErrorTests::callBlocking), expected);
			assertConverted(this.fixture.onError(UpstreamErrorTests::callFuture), expected);
			assertConverted(this.fixture.onError(() -> new RuntimeException("secret", callBlocking())), expected);
		}
	}

	/**
	 * The handler may have done its work, and a client would call every method again.
	 */
	@ParameterizedTest
	@EnumSource
	void whatIsUnavailableFurtherOnIsNotToBeRepeated(CallKind kind) {
		upstreamFailsWith(Status.UNAVAILABLE);
		for (FailingService.Way way : FailingService.Way.values()) {
			this.fixture.service.failWith(way, UpstreamErrorTests::callBlocking);
			StatusRuntimeException ex = kind.await(this.fixture.harness.channel());
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(ex.getTrailers().getAll(RichStatus.PUSHBACK)).containsExactly("-1");
		}
	}

	@Test
	void anIdempotentMethodMayBeRepeated() {
		upstreamFailsWith(Status.UNAVAILABLE);
		this.fixture.service.failWith(FailingService.Way.THROW, UpstreamErrorTests::callBlocking);
		for (Consumer<PingRequest> method : List.<Consumer<PingRequest>>of(
				this.fixture.harness.blocking()::pingIdempotent, this.fixture.harness.blocking()::pingSafe)) {
			StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class,
					() -> method.accept(PingRequest.getDefaultInstance()));
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(ex.getTrailers().get(RichStatus.PUSHBACK)).isNull();
		}
	}

	@Test
	void whatTheHandlerSaysItselfStays() {
		upstreamFailsWith(Status.UNAVAILABLE);
		Metadata soon = new Metadata();
		soon.put(RichStatus.PUSHBACK, "100");
		for (Metadata own : List.of(new Metadata(), soon)) {
			Supplier<Throwable> failure = () -> Status.UNAVAILABLE.withCause(callBlocking()).asRuntimeException(own);
			for (StatusRuntimeException ex : List.of(this.fixture.thrown(failure), this.fixture.onError(failure))) {
				assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
				assertThat(ex.getTrailers().get(RichStatus.PUSHBACK)).isEqualTo(own.get(RichStatus.PUSHBACK));
			}
		}
	}

	private void assertConverted(StatusRuntimeException ex, Status.Code code) {
		assertThat(ex.getStatus().getCode()).isEqualTo(code);
		assertThat(ex.getStatus().getDescription())
			.isEqualTo((code == Status.Code.INTERNAL) ? "internal error" : code.name().toLowerCase().replace('_', ' '));
		Metadata trailers = new Metadata();
		trailers.merge(ex.getTrailers());
		assertThat(trailers.removeAll(RichStatus.PUSHBACK))
			.isEqualTo((code == Status.Code.UNAVAILABLE) ? List.of("-1") : null);
		assertThat(trailers.keys()).containsOnly("content-type", "grpc-status-details-bin");
		GrpcErrors error = GrpcErrors.from(ex);
		assertThat(error.reason()).isEqualTo(code.name());
		assertThat(error.correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
		CallRecord call = this.fixture.recorder.await();
		assertThat(call.endReason()).isEqualTo(EndReason.FAILED);
		assertThat(call.exception()).isInstanceOf(StatusRuntimeException.class);
		assertThat(call.exceptionUnknown()).isFalse();
	}

	@Test
	void aStatusOfTheHandlersOwnIsNotTakenForIt() {
		upstreamFailsWith(Status.NOT_FOUND);
		List<Supplier<Throwable>> own = List.of(() -> {
			callBlocking();
			return Status.NOT_FOUND.asRuntimeException();
		}, () -> Status.NOT_FOUND.withCause(callBlocking()).asRuntimeException());
		for (Supplier<Throwable> failure : own) {
			for (StatusRuntimeException ex : List.of(this.fixture.thrown(failure), this.fixture.onError(failure))) {
				assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
				this.fixture.recorder.await();
			}
		}
	}

	@Test
	void passAddsNothing() {
		ErrorServerProperties properties = new ErrorServerProperties(true, "front", Map.of(), Set.of(),
				ErrorServerProperties.Upstream.PASS);
		UPSTREAM.failWith(FailingService.Way.ON_ERROR, Status.UNAVAILABLE::asRuntimeException);
		try (ErrorFixture passing = new ErrorFixture(ErrorFixture.mapping(properties))) {
			StatusRuntimeException ex = passing.thrown(UpstreamErrorTests::callBlocking);
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(ex.getTrailers().get(RichStatus.PUSHBACK)).isNull();
		}
	}

	@Test
	void passLetsThemThrough() {
		ErrorServerProperties properties = new ErrorServerProperties(true, "front", Map.of(), Set.of(),
				ErrorServerProperties.Upstream.PASS);
		try (ErrorFixture passing = new ErrorFixture(ErrorFixture.mapping(properties))) {
			upstreamFailsWith(Status.NOT_FOUND.withDescription("text"));
			for (StatusRuntimeException ex : List.of(passing.thrown(UpstreamErrorTests::callBlocking),
					passing.onError(UpstreamErrorTests::callBlocking))) {
				assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
				assertThat(ex.getStatus().getDescription()).isEqualTo("text");
				assertThat(ex.getTrailers().get(OWN)).isEqualTo("secret");
				assertThat(ex.getTrailers().get(RichStatus.PUSHBACK)).isEqualTo("-1");
				assertThat(GrpcErrors.from(ex).correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "THROW", "ON_ERROR" })
	void aHandlerThatFailsBecauseItsClientCancelledIsCancelled(FailingService.Way way) throws Exception {
		CountDownLatch reached = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		UPSTREAM.failWith(FailingService.Way.THROW, () -> {
			reached.countDown();
			try {
				release.await(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return new IllegalStateException();
		});
		this.fixture.service.failWith(way, UpstreamErrorTests::callBlocking);
		ClientCall<PingRequest, PingResponse> call = this.fixture.harness.channel()
			.newCall(PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
		call.start(new ClientCall.Listener<>() {
		}, new Metadata());
		call.request(1);
		call.sendMessage(PingRequest.getDefaultInstance());
		call.halfClose();
		assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
		call.cancel("enough", null);
		CallRecord record = this.fixture.recorder.await();
		release.countDown();
		assertThat(record.status().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(record.endReason()).isEqualTo(EndReason.CANCELLED);
	}

}
