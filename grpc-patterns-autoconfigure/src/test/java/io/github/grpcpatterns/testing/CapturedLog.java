/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * What is logged to a logger while this is open.
 */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	private final Logger logger;

	public CapturedLog(String name) {
		this.logger = (Logger) LoggerFactory.getLogger(name);
		start();
		this.logger.addAppender(this);
	}

	@Override
	protected void append(ILoggingEvent event) {
		event.prepareForDeferredProcessing(); // keeps the MDC of now
		this.events.add(event);
	}

	public List<ILoggingEvent> events() {
		return this.events;
	}

	/**
	 * Return the key-values of an event.
	 */
	public static Map<String, Object> keyValues(ILoggingEvent event) {
		return event.getKeyValuePairs().stream().collect(Collectors.toMap((pair) -> pair.key, (pair) -> pair.value));
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
	}

}
