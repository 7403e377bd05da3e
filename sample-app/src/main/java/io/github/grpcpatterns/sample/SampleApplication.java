/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.Arrays;

import io.github.grpcpatterns.sample.demo.ClientDemo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the sample application: gRPC on port 9090, HTTP on 8080. With {@code demo} as
 * first argument it is a client that calls such an application instead.
 */
@SpringBootApplication
public class SampleApplication {

	public static void main(String[] args) {
		if (args.length > 0 && args[0].equals("demo")) {
			System.exit(ClientDemo.run(System.out, Arrays.copyOfRange(args, 1, args.length)));
		}
		SpringApplication.run(SampleApplication.class, args);
	}

}
