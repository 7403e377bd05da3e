/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipException;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.FaultyProxy;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallOutcome}.
 */
class CallOutcomeTests {

	private static CallRecord decided(Status transport) {
		CallRecord record = new CallRecord(0);
		record.begin(PingServiceGrpc.getPingMethod(), null);
		record.transportClosed(transport, 1_000_000);
		new CallOutcome(record, new CallState(), null).decide(Status.OK, true, 1_000_000);
		return record;
	}

	@Test
	void aWriteThatFailsForAClosedChannelIsALostConnection() {
		Status transport = Status.UNKNOWN.withDescription("channel closed")
			.withCause(new ClosedChannelException().initCause(new IOException("reset")));
		CallRecord record = decided(transport);
		assertThat(record.status().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(record.endReason()).isEqualTo(EndReason.CANCELLED);
	}

	@Test
	void anotherFaultOfTheTransportStays() {
		CallRecord record = decided(Status.UNKNOWN.withCause(new ZipException("Not in GZIP format")));
		assertThat(record.status().getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(record.endReason()).isEqualTo(EndReason.FAILED);
	}

	@Test
	void callsOfAConnectionThatIsCutWhileTheyAreAnsweredAreCancelled() throws Exception {
		List<Status.Code> codes = new CopyOnWriteArrayList<>();
		CallRecorder recorder = new CallRecorder();
		ByteString payload = ByteString.copyFrom(new byte[2000]);
		PingService service = new PingService().onPing((request, responses) -> {
			responses.onNext(PingResponse.newBuilder().setPayload(payload).build());
			responses.onCompleted();
		});
		ExecutorService handlers = Executors.newFixedThreadPool(4);
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.executor(handlers)
			.interceptors(recorder)
			.start()) {
			for (int round = 0; round < 30; round++) {
				cutWhileAnswering(harness);
			}
			Awaitility.await().until(() -> {
				boolean[] any = new boolean[1];
				harness.liveCalls().forEach((call) -> any[0] = true);
				return !any[0];
			});
			while (recorder.count() > 0) {
				codes.add(recorder.await().status().getCode());
			}
			assertThat(codes).contains(Status.Code.OK, Status.Code.CANCELLED)
				.containsOnly(Status.Code.OK, Status.Code.CANCELLED);
		}
		finally {
			handlers.shutdown();
		}
	}

	private static void cutWhileAnswering(GrpcHarness harness) throws Exception {
		try (FaultyProxy proxy = new FaultyProxy(harness.port())) {
			ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", proxy.port())
				.usePlaintext()
				.disableRetry()
				.build();
			RawCall first = ping(channel);
			for (int i = 0; i < 300; i++) {
				ping(channel);
			}
			first.awaitFirst();
			proxy.cut();
			channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
		}
	}

	private static RawCall ping(ManagedChannel channel) {
		return RawCall.start(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

}
