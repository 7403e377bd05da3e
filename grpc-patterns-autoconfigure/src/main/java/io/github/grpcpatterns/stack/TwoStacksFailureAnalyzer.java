/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.stream.Collectors;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/**
 * Reports a {@link TwoStacksException} and the two possible fixes.
 */
final class TwoStacksFailureAnalyzer extends AbstractFailureAnalyzer<TwoStacksException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, TwoStacksException cause) {
		String jars = cause.jars().stream().map((jar) -> "    " + jar + "\n").collect(Collectors.joining());
		String properties = cause.properties()
			.stream()
			.map((property) -> property + "=false")
			.collect(Collectors.joining(" and "));
		return new FailureAnalysis(
				"Two gRPC stacks are on the class path: " + StringUtils.uncapitalize(String.valueOf(cause.getMessage()))
						+ ". They come from:\n\n" + jars,
				"""
						Keep one of the two (mvn dependency:tree shows where they come from):

						    - To keep net.devh's, remove the dependencies on spring-boot-starter-grpc-server and \
						spring-boot-starter-grpc-client, or on grpc-patterns-spring-grpc-starter. Where they must stay on the \
						class path, set %s.
						    - To keep Spring Boot's own, remove the dependencies on net.devh's starters, or on \
						grpc-patterns-starter. Where another dependency brings them, exclude them there, with the shaded \
						transport, which would replace Boot's:

						        <exclusion>
						            <groupId>net.devh</groupId>
						            <artifactId>*</artifactId>
						        </exclusion>
						        <exclusion>
						            <groupId>io.grpc</groupId>
						            <artifactId>grpc-netty-shaded</artifactId>
						        </exclusion>
						"""
					.formatted(properties),
				cause);
	}

}
