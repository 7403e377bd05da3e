/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger for failures in or around a call that have no logger of their own.
 */
public final class CallLog {

	public static final Logger LOGGER = LoggerFactory.getLogger("grpc.patterns.call");

	private CallLog() {
	}

}
