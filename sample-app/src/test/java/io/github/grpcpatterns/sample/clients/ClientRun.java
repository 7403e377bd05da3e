/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.clients;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.SampleInstance;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One run of a client in another language, as a process.
 */
record ClientRun(int code, String output) {

	/**
	 * Run a command to its end.
	 * @return the code {@code -1} where the command does not exist
	 */
	static ClientRun of(String... command) throws InterruptedException {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			try (InputStream output = process.getInputStream()) {
				String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
				process.waitFor(10, TimeUnit.SECONDS);
				return new ClientRun(process.exitValue(), text);
			}
			finally {
				process.destroyForcibly();
			}
		}
		catch (IOException ex) {
			return new ClientRun(-1, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Run a client, which takes target and token as its last arguments, and check that it
	 * has called every method and read what came back.
	 */
	static void everyMethod(SampleInstance instance, String... command) throws InterruptedException {
		ClientRun client = of(Stream
			.concat(Stream.of(command), Stream.of(instance.anonymous().authority(), SampleInstance.token("alice")))
			.toArray(String[]::new));
		assertThat(client.code()).as(client.output()).isZero();
		List<String> called = client.output().lines().map((line) -> line.split(" ", 2)[0]).toList();
		assertThat(called).containsAll(methods(instance));
		assertThat(client.output()).contains("INVALID_ARGUMENT, reason INVALID_REQUEST, name ",
				"UNAUTHENTICATED, reason TOKEN_MISSING", "resumed, rising", "2 and 1 after the cursor", "alice: hello",
				"mean 1.75");
	}

	private static Set<String> methods(SampleInstance instance) {
		Set<String> methods = new TreeSet<>();
		for (BindableService service : instance.beans(BindableService.class)) {
			if (service.getClass().getName().contains(".sample.")) {
				for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
					methods.add(method.getMethodDescriptor().getBareMethodName());
				}
			}
		}
		assertThat(methods).hasSizeGreaterThan(15);
		return methods;
	}

}
