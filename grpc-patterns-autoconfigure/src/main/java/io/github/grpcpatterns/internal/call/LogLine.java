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
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A log line with key-values. Their names are removed from the MDC while the line is
 * written, because a JSON encoder drops a line that has the same name in both.
 * <p>
 * It is the event itself: SLF4J's builder of events and its growing list took 200 bytes
 * of each line.
 */
public final class LogLine implements LoggingEvent {

	/** Those of a call with a trace. */
	private static final int MOST_VALUES = 11;

	private final Logger logger;

	private final Level level;

	private final String message;

	private final List<KeyValuePair> values = new ArrayList<>(MOST_VALUES);

	private @Nullable Throwable cause;

	/** Those of the keys that are in the MDC too; mostly none. */
	private @Nullable List<String> hidden;

	/**
	 * Begin a line of a level that is enabled.
	 * @param logger the logger
	 * @param level the level
	 * @param message the message
	 */
	public LogLine(Logger logger, Level level, String message) {
		this.logger = logger;
		this.level = level;
		this.message = message;
	}

	/**
	 * Add a key-value.
	 * @param key the key
	 * @param value the value, or {@code null} to leave the key out
	 * @return this line
	 */
	public LogLine add(String key, @Nullable Object value) {
		return (value != null) ? add(new KeyValuePair(key, value)) : this;
	}

	/**
	 * Add a key-value that many lines have.
	 * @param value the key and the value
	 * @return this line
	 */
	public LogLine add(KeyValuePair value) {
		this.values.add(value);
		if (MDC.get(value.key) != null) {
			hide(value.key);
		}
		return this;
	}

	/**
	 * Add the exception, with its stack trace.
	 * @param exception the exception
	 * @return this line
	 */
	public LogLine cause(Throwable exception) {
		this.cause = exception;
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
			log();
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

	/**
	 * Logback takes events, Log4j does not.
	 */
	private void log() {
		if (this.logger instanceof LoggingEventAware aware) {
			aware.log(this);
			return;
		}
		LoggingEventBuilder event = this.logger.makeLoggingEventBuilder(this.level).setMessage(this.message);
		if (this.cause != null) {
			event = event.setCause(this.cause);
		}
		for (KeyValuePair value : this.values) {
			event = event.addKeyValue(value.key, value.value);
		}
		event.log();
	}

	@Override
	public Level getLevel() {
		return this.level;
	}

	@Override
	public String getLoggerName() {
		return this.logger.getName();
	}

	@Override
	public String getMessage() {
		return this.message;
	}

	@Override
	public @Nullable List<Object> getArguments() {
		return null;
	}

	@Override
	public Object @Nullable [] getArgumentArray() {
		return null;
	}

	@Override
	public @Nullable List<Marker> getMarkers() {
		return null;
	}

	@Override
	public List<KeyValuePair> getKeyValuePairs() {
		return this.values;
	}

	@Override
	public @Nullable Throwable getThrowable() {
		return this.cause;
	}

	@Override
	public long getTimeStamp() {
		return System.currentTimeMillis();
	}

	@Override
	public String getThreadName() {
		return Thread.currentThread().getName();
	}

	@Override
	public String getCallerBoundary() {
		return LogLine.class.getName();
	}

}
