/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.grpc.internal.GrpcUtil;

import org.springframework.boot.SpringBootVersion;

/**
 * The run that this process is: a row on a JDK.
 */
final class Run {

	static final String NAME = System.getProperty("run", "none");

	/** Reports go here. */
	static final Path DIRECTORY = Path.of("target/rows", NAME);

	private Run() {
	}

	/** Whether the consumer raised nothing, and so got the grpc-java of Boot's parent. */
	static boolean stock() {
		return NAME.contains("-stock-");
	}

	/** Whether Tomcat's HTTP/2 carries the calls, and not Netty. */
	static boolean servlet() {
		return NAME.contains("-servlet-");
	}

	static boolean bootThree() {
		return SpringBootVersion.getVersion().startsWith("3.");
	}

	static boolean netDevh() {
		return Stack.PRESENT.name().startsWith("net.devh");
	}

	static String grpcJava() {
		return GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
	}

	static void report(String file, String text) {
		try {
			Files.createDirectories(DIRECTORY);
			Files.writeString(DIRECTORY.resolve(file), text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
