package io.github.grpcpatterns;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.RecordingReporter;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServerCallGuard} over the whole of a call.
 */
class ServerCallGuardTests {

	private final RecordingReporter reporter = new RecordingReporter();

	private GrpcHarness start(boolean netty) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).interceptors(this.reporter).start();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callsOfAllKindsAreReportedOnceAsOk(boolean netty) throws Exception {
		try (GrpcHarness harness = start(netty)) {
			harness.blocking().ping(PingRequest.newBuilder().setValue("a").build());
			assertReported("Ping", 1, 1);
			Iterator<PingResponse> list = harness.blocking().pingList(PingRequest.newBuilder().setCount(3).build());
			assertThat(list).toIterable().hasSize(3);
			assertReported("PingList", 1, 3);
			CompletableFuture<Void> done = new CompletableFuture<>();
			StreamObserver<PingRequest> stream = harness.async().pingStream(completing(done));
			stream.onNext(PingRequest.getDefaultInstance());
			stream.onNext(PingRequest.getDefaultInstance());
			stream.onCompleted();
			done.get(10, TimeUnit.SECONDS);
			assertReported("PingStream", 2, 1);
			CompletableFuture<Void> bidiDone = new CompletableFuture<>();
			StreamObserver<PingRequest> bidi = harness.async().pingBidi(completing(bidiDone));
			bidi.onNext(PingRequest.getDefaultInstance());
			bidi.onNext(PingRequest.getDefaultInstance());
			bidi.onCompleted();
			bidiDone.get(10, TimeUnit.SECONDS);
			assertReported("PingBidi", 2, 2);
			assertThat(this.reporter.count()).isZero();
		}
	}

	private void assertReported(String method, int received, int sent) {
		CallRecord call = this.reporter.await();
		assertThat(call.methodName()).endsWith("/" + method);
		assertThat(call.status().getCode()).isEqualTo(Status.Code.OK);
		assertThat(call.endReason()).isEqualTo(EndReason.COMPLETED);
		assertThat(call.messagesReceived()).isEqualTo(received);
		assertThat(call.messagesSent()).isEqualTo(sent);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anExceptionEndsTheCallOnceAsUnknownWithoutItsText(boolean netty) {
		try (GrpcHarness harness = start(netty)) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> harness.blocking()
					.ping(PingRequest.newBuilder().setError("throw:IllegalStateException").build()))
				.satisfies((ex) -> {
					assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
					assertThat(ex.getStatus().getDescription()).isEqualTo("unknown error");
				});
			CallRecord call = this.reporter.await();
			assertThat(call.status().getCode()).isEqualTo(Status.Code.UNKNOWN);
			assertThat(call.exception()).isInstanceOf(IllegalStateException.class);
		}
	}

	private static <T> StreamObserver<T> completing(CompletableFuture<Void> done) {
		return new StreamObserver<>() {

			@Override
			public void onNext(T value) {
			}

			@Override
			public void onError(Throwable ex) {
				done.completeExceptionally(ex);
			}

			@Override
			public void onCompleted() {
				done.complete(null);
			}

		};
	}

}
