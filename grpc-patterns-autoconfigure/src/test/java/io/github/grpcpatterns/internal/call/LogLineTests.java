/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

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

}
