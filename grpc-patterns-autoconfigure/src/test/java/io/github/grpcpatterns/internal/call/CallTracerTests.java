/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.function.LongConsumer;

import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.StreamTracer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallServerTracer} and {@link CallClientTracer}: the size of a message
 * that is being inflated while the transport tells the size of the next one.
 */
class CallTracerTests {

	@Test
	void theServerTellsSizesApartThatAreToldAtOnce() throws Exception {
		ServerStreamTracer tracer = TestCalls.tracer(new PolicyClock(), TestCalls.registeredMethods())
			.newServerStreamTracer("any", new Metadata());
		CallRecord record = CallRecord.SERVER.get(tracer.filterContext(Context.ROOT));
		record.begin(PingServiceGrpc.getPingBidiMethod(), null);
		record.traffic().keepMessageBytes();
		check(tracer, tracer::inboundUncompressedSize, record);
	}

	@Test
	void theClientTellsSizesApartThatAreToldAtOnce() throws Exception {
		CallRecord record = new CallRecord(0);
		record.begin(PingServiceGrpc.getPingBidiMethod(), null);
		ClientStreamTracer tracer = new CallClientTracer(record).newClientStreamTracer(
				ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(CallOptions.DEFAULT).build(), new Metadata());
		check(tracer, tracer::inboundUncompressedSize, record);
	}

	@Test
	void theSizeOfAMessageThatAnAttemptDroppedIsNotThatOfTheNextAttempts() {
		CallRecord record = new CallRecord(0);
		record.begin(PingServiceGrpc.getPingBidiMethod(), null);
		CallClientTracer tracers = new CallClientTracer(record);
		for (int bytes : new int[] { 300, 200 }) {
			ClientStreamTracer tracer = tracers.newClientStreamTracer(
					ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(CallOptions.DEFAULT).build(),
					new Metadata());
			tracer.inboundMessageRead(0, 30, -1);
			tracer.inboundUncompressedSize(bytes);
		}
		record.received(record.traffic().parsed());
		assertThat(record.traffic().bytesReceived()).isEqualTo(200);
	}

	private static void check(StreamTracer tracer, LongConsumer inflated, CallRecord record) throws Exception {
		tracer.inboundMessageRead(0, 30, -1); // compressed
		tracer.inboundMessageRead(1, 10, 10);
		Thread application = new Thread(() -> {
			inflated.accept(300);
			inflated.accept(200);
			record.received(record.traffic().parsed());
		});
		application.start();
		application.join();
		inflated.accept(10); // the second time
		record.received(record.traffic().parsed());
		assertThat(record.traffic().bytesReceived()).isEqualTo(510);
		assertThat(record.traffic().messagesReceived()).isEqualTo(2);
	}

	@Test
	void theSizeOfAMessageGoesWithItWhereItsCallbackHasToWait() {
		CallRecord record = new CallRecord(0);
		record.begin(PingServiceGrpc.getPingBidiMethod(), null);
		CallTraffic traffic = record.traffic();
		traffic.keepMessageBytes();
		traffic.read(-1);
		traffic.read(-1);
		traffic.inflated(300);
		long first = traffic.parsed();
		traffic.inflated(200); // of the second, before the first is delivered
		record.received(first);
		assertThat(traffic.messageBytes()).isEqualTo(300);
		record.received(traffic.parsed());
		assertThat(traffic.messageBytes()).isEqualTo(200);
		assertThat(traffic.bytesReceived()).isEqualTo(500);
	}

}
