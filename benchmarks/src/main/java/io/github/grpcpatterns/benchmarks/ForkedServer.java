/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A server in a process of its own, so that only it is measured.
 */
final class ForkedServer implements AutoCloseable {

	private final Process process;

	private final PrintStream questions;

	private final BufferedReader answers;

	private final long[] ports;

	/**
	 * Start an {@link OpenStreamsServer}.
	 */
	ForkedServer(Map<String, String> properties) throws IOException {
		this(System.getProperty("java.class.path"), OpenStreamsServer.class, properties);
	}

	/**
	 * Start a server.
	 * @param main prints the line {@code port} and its ports when it listens
	 */
	ForkedServer(String classPath, Class<?> main, Map<String, String> properties) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
						"-XX:+UseSerialGC", "-cp", classPath, main.getName()));
		properties.forEach((name, value) -> command.add(name + "=" + value));
		this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		this.questions = new PrintStream(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
		this.answers = new BufferedReader(new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		this.ports = answer("port");
	}

	int port() {
		return (int) this.ports[0];
	}

	/**
	 * Return the port of HTTP, of a server that has one.
	 */
	int httpPort() {
		return (int) this.ports[1];
	}

	/**
	 * Return the processor time of the process, to a hundredth of a second.
	 */
	Duration cpuTime() {
		return this.process.info().totalCpuDuration().orElseThrow();
	}

	long heap() throws IOException {
		this.questions.println("heap");
		return answer("heap")[0];
	}

	/**
	 * Return what was used so far.
	 */
	Cpu cpu() throws IOException {
		this.questions.println("cpu");
		long[] nanos = answer("cpu");
		return new Cpu(nanos[0], nanos[1]);
	}

	/**
	 * Return the numbers of the next line with that name.
	 */
	long[] answer(String name) throws IOException {
		for (String line = this.answers.readLine(); line != null; line = this.answers.readLine()) {
			if (line.startsWith(name + " ")) {
				return Arrays.stream(line.substring(name.length() + 1).split(" ")).mapToLong(Long::parseLong).toArray();
			}
		}
		throw new IOException("the server ended");
	}

	@Override
	public void close() {
		this.process.destroy();
	}

	/**
	 * Nanoseconds of the process, and of the patterns' timer in it.
	 */
	record Cpu(long process, long timer) {

		Cpu since(Cpu earlier) {
			return new Cpu(this.process - earlier.process, this.timer - earlier.timer);
		}

	}

}
