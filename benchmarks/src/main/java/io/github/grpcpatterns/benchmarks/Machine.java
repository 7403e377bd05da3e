/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;

import com.google.protobuf.RuntimeVersion;
import io.grpc.internal.GrpcUtil;

import org.springframework.boot.SpringBootVersion;

/**
 * What figures depend on.
 */
final class Machine {

	private Machine() {
	}

	static Map<String, String> facts() {
		Map<String, String> facts = new LinkedHashMap<>();
		facts.put("cpu", cpu());
		facts.put("cores", Runtime.getRuntime().availableProcessors() + " cores");
		facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
		facts.put("jdk", "JDK " + Runtime.version());
		facts.put("grpc", "grpc-java " + GrpcUtil.getGrpcBuildVersion().getImplementationVersion());
		facts.put("protobuf",
				"protobuf " + RuntimeVersion.MAJOR + "." + RuntimeVersion.MINOR + "." + RuntimeVersion.PATCH);
		facts.put("boot", "Spring Boot " + SpringBootVersion.getVersion());
		facts.put("commit", "commit " + git("rev-parse", "--short", "HEAD")
				+ (git("status", "--porcelain", "--", "*.java", "*.xml").isEmpty() ? "" : " and changes"));
		facts.put("date", LocalDate.now().toString());
		return facts;
	}

	private static String cpu() {
		try {
			return Files.readAllLines(Path.of("/proc/cpuinfo"))
				.stream()
				.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).trim())
				.findFirst()
				.orElse(System.getProperty("os.arch"));
		}
		catch (IOException ex) {
			return System.getProperty("os.arch"); // not Linux
		}
	}

	private static String git(String... arguments) {
		try {
			String[] command = new String[arguments.length + 1];
			command[0] = "git";
			System.arraycopy(arguments, 0, command, 1, arguments.length);
			Process git = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
			return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

}
