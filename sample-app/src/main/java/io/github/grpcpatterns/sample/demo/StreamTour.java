/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.grpcpatterns.sample.chat.v1.ChatMessage;
import io.github.grpcpatterns.sample.chat.v1.ChatServiceGrpc;
import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import io.github.grpcpatterns.sample.logs.v1.LogRequest;
import io.github.grpcpatterns.sample.logs.v1.LogServiceGrpc;
import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsServiceGrpc;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import org.jspecify.annotations.Nullable;

/**
 * Calls the services of one method: telemetry, chat and logs.
 */
final class StreamTour {

	private final Channel channel;

	StreamTour(Channel channel) {
		this.channel = channel;
	}

	void run(PrintStream out) throws StatusException, InterruptedException {
		recordMetrics(out);
		chat(out);
		streamLogs(out);
	}

	private void recordMetrics(PrintStream out) throws StatusException, InterruptedException {
		BlockingClientCall<MetricPoint, MetricsSummary> call = MetricsServiceGrpc.newBlockingV2Stub(this.channel)
			.recordMetrics();
		for (int i = 1; i <= 4; i++) {
			call.write(MetricPoint.newBuilder()
				.setMetricName("demo.steps")
				.setValue(i)
				.setTimestamp(System.currentTimeMillis())
				.build());
		}
		call.halfClose();
		MetricsSummary summary = call.read();
		out.printf("%-20s %d points, means %s%n", "RecordMetrics", summary.getPointsReceived(),
				summary.getAggregatesMap());
	}

	private void chat(PrintStream out) throws StatusException, InterruptedException {
		ChatServiceGrpc.ChatServiceBlockingV2Stub stub = ChatServiceGrpc.newBlockingV2Stub(this.channel);
		BlockingClientCall<ChatMessage, ChatMessage> listener = stub.chat();
		BlockingClientCall<ChatMessage, ChatMessage> speaker = stub.chat();
		listener.write(message("Is anybody here?"));
		ChatMessage heard = null;
		while (heard == null) {
			// Only those who are in the room hear it, so again until both are
			speaker.write(message("I am."));
			heard = readSoon(listener);
		}
		out.printf("%-20s %s in %s: %s%n", "Chat", heard.getUserId(), heard.getRoomId(), heard.getContent());
		for (BlockingClientCall<ChatMessage, ChatMessage> call : List.of(listener, speaker)) {
			call.halfClose();
			while (call.hasNext()) {
				call.read();
			}
		}
	}

	private static @Nullable ChatMessage readSoon(BlockingClientCall<ChatMessage, ChatMessage> call)
			throws StatusException, InterruptedException {
		try {
			return call.read(100, TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			return null;
		}
	}

	private static ChatMessage message(String content) {
		return ChatMessage.newBuilder().setRoomId("demo").setContent(content).build();
	}

	// The stream has no end of its own
	private void streamLogs(PrintStream out) throws StatusException, InterruptedException {
		BlockingClientCall<?, LogEntry> call = LogServiceGrpc.newBlockingV2Stub(this.channel)
			.streamLogs(LogRequest.newBuilder().setLevel("INFO").build());
		for (int i = 0; i < 3; i++) {
			LogEntry entry = call.read();
			out.printf("%-20s %s %s%n", "StreamLogs", entry.getLevel(), entry.getMessage());
		}
		call.cancel("seen enough", null);
	}

}
