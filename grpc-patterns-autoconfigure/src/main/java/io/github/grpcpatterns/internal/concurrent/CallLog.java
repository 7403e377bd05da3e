package io.github.grpcpatterns.internal.concurrent;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger for what goes wrong in or around a call and has no line of its own.
 */
public final class CallLog {

	public static final Logger LOGGER = LoggerFactory.getLogger("grpc.patterns.call");

	private CallLog() {
	}

}
