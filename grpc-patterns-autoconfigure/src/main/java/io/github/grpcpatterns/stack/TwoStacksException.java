/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;

/**
 * Signals that both gRPC stacks would configure the same side of this process.
 */
final class TwoStacksException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final transient List<String> jars;

	private final transient List<String> properties;

	TwoStacksException(List<String> sides, List<String> jars, List<String> properties) {
		super("net.devh's grpc-spring-boot-starter and Spring Boot's own gRPC both configure "
				+ String.join(" and ", sides));
		this.jars = jars;
		this.properties = properties;
	}

	/**
	 * Return the jars that bring them.
	 */
	List<String> jars() {
		return this.jars;
	}

	/**
	 * Return the properties that turn Boot's off.
	 */
	List<String> properties() {
		return this.properties;
	}

}
