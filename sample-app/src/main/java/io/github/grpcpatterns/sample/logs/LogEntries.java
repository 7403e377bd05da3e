/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import java.util.function.Predicate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import io.github.grpcpatterns.sample.logs.v1.LogRequest;
import org.slf4j.event.KeyValuePair;

/**
 * Turns what is logged into what is sent, and tells what is wanted of it.
 */
final class LogEntries {

	private LogEntries() {
	}

	static LogEntry of(ILoggingEvent event) {
		LogEntry.Builder entry = LogEntry.newBuilder()
			.setTimestamp(event.getTimeStamp())
			.setLevel(event.getLevel().toString())
			.setMessage(String.valueOf(event.getFormattedMessage()));
		event.getMDCPropertyMap().forEach((name, value) -> {
			if (value != null) {
				entry.putMetadata(name, value);
			}
		});
		if (event.getKeyValuePairs() != null) {
			for (KeyValuePair pair : event.getKeyValuePairs()) {
				entry.putMetadata(pair.key, String.valueOf(pair.value));
			}
		}
		if (event.getThrowableProxy() != null) {
			entry.putMetadata("exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
		}
		return entry.putMetadata("logger", event.getLoggerName()).putMetadata("thread", event.getThreadName()).build();
	}

	/**
	 * Make the entry that stands for some that are forgotten.
	 */
	static LogEntry missed(long count) {
		return LogEntry.newBuilder()
			.setTimestamp(System.currentTimeMillis())
			.setLevel(Level.WARN.toString())
			.setMessage(count + " entries came faster than they were read and are missing here")
			.build();
	}

	/**
	 * Tell which entries a request wants.
	 * @param request the request
	 * @param application the name of the application
	 */
	static Predicate<LogEntry> wanted(LogRequest request, String application) {
		Level lowest = Level.toLevel(request.getLevel(), Level.TRACE);
		String service = request.getServiceName();
		boolean all = service.isEmpty() || service.equals(application);
		String calls = service + "/";
		return (entry) -> entry.getTimestamp() >= request.getSinceTimestamp()
				&& Level.toLevel(entry.getLevel()).isGreaterOrEqual(lowest)
				&& (all || entry.getMetadataOrDefault("grpc.method", "").startsWith(calls));
	}

}
