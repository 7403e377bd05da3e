/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.time.Instant;

import com.google.protobuf.Timestamp;

/**
 * Times as messages have them.
 */
public final class Timestamps {

	private Timestamps() {
	}

	/**
	 * Make a time of a message.
	 * @param instant the time
	 * @return the same
	 */
	public static Timestamp of(Instant instant) {
		return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano()).build();
	}

}
