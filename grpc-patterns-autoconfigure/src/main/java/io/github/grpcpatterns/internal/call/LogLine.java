/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A log line with key-values. Their names are removed from the MDC while the line is
 * written, because a JSON encoder drops a line that has the same name in both.
 */
public final class LogLine {

	private final LoggingEventBuilder event;

	/** Those of the keys that are in the MDC too; mostly one. */
	private @Nullable List<String> hidden;

	/**
	 * Begin a line of a level that is enabled.
	 * @param logger the logger
	 * @param level the level
	 * @param message the message
	 */
	public LogLine(Logger logger, Level level, String message) {
		this.event = logger.makeLoggingEventBuilder(level).setMessage(message);
	}

	/**
	 * Add a key-value.
	 * @param key the key
	 * @param value the value, or {@code null} to leave the key out
	 * @return this line
	 */
	public LogLine add(String key, @Nullable Object value) {
		if (value != null) {
			this.event.addKeyValue(key, value);
			if (MDC.get(key) != null) {
				hide(key);
			}
		}
		return this;
	}

	/**
	 * Add the exception, with its stack trace.
	 * @param exception the exception
	 * @return this line
	 */
	public LogLine cause(Throwable exception) {
		this.event.setCause(exception);
		return this;
	}

	private void hide(String key) {
		if (this.hidden == null) {
			this.hidden = new ArrayList<>(2);
		}
		this.hidden.add(key);
	}

	/**
	 * Write the line.
	 */
	public void write() {
		write(0);
	}

	private void write(int from) {
		if (this.hidden == null || from == this.hidden.size()) {
			this.event.log();
			return;
		}
		String key = this.hidden.get(from);
		String inMdc = MDC.get(key);
		MDC.remove(key);
		try {
			write(from + 1);
		}
		finally {
			MDC.put(key, inMdc);
		}
	}

}
