/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.helpers.SubstituteLogger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link LogLine}.
 */
class LogLineTests {

	private static final String LOGGER = "test.line";

	@AfterEach
	void clear() {
		MDC.clear();
	}

	@Test
	void aNameIsNeverBothInTheLineAndInTheMdc() {
		MDC.put("peer", "theirs");
		MDC.put("other", "kept");
		MDC.put("principal", "also theirs");
		try (CapturedLog log = new CapturedLog(LOGGER)) {
			new LogLine(LoggerFactory.getLogger(LOGGER), Level.INFO, "a line").add("peer", "10.0.0.1:5")
				.add("principal", "alice")
				.add("absent", null)
				.write();
			ILoggingEvent line = log.events().get(0);
			assertThat(CapturedLog.keyValues(line)).containsOnly(entry("peer", "10.0.0.1:5"),
					entry("principal", "alice"));
			assertThat(line.getMDCPropertyMap()).containsOnly(entry("other", "kept"));
		}
		assertThat(MDC.getCopyOfContextMap())
			.isEqualTo(Map.of("peer", "theirs", "other", "kept", "principal", "also theirs"));
	}

	@Test
	void aLoggerThatTakesNoEventsGetsTheSameLine() {
		SubstituteLogger logger = new SubstituteLogger(LOGGER, new ArrayDeque<>(), true);
		logger.setDelegate(LoggerFactory.getLogger(LOGGER));
		IllegalStateException cause = new IllegalStateException("expected");
		try (CapturedLog log = new CapturedLog(LOGGER)) {
			for (Logger each : List.of(LoggerFactory.getLogger(LOGGER), logger)) {
				new LogLine(each, Level.WARN, "a line").add("peer", "10.0.0.1:5").cause(cause).write();
			}
			assertThat(log.events()).hasSize(2).allSatisfy((line) -> {
				assertThat(line.getFormattedMessage()).isEqualTo("a line");
				assertThat(line.getLevel()).isEqualTo(ch.qos.logback.classic.Level.WARN);
				assertThat(line.getThrowableProxy().getMessage()).isEqualTo("expected");
				assertThat(CapturedLog.keyValues(line)).containsOnly(entry("peer", "10.0.0.1:5"));
			});
		}
	}

}
