/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.Arrays;

import io.github.grpcpatterns.testing.TestStack;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Configuration;

/**
 * The application of {@link TestStack} in a process of its own.
 */
public final class ReportedApplication {

	private ReportedApplication() {
	}

	/**
	 * Start it.
	 * @param args the stack, the type of the web application, and properties
	 */
	public static void main(String[] args) {
		TestStack.valueOf(args[0])
			.startWeb(WebApplicationType.valueOf(args[1]), More.class, Arrays.copyOfRange(args, 2, args.length));
		System.out.println("The application has started.");
		System.exit(3);
	}

	@Configuration(proxyBeanMethods = false)
	static class More {

	}

}
