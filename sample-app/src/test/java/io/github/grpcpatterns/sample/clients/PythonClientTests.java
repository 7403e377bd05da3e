package io.github.grpcpatterns.sample.clients;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.sample.SampleInstance;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@code sample-app/clients/python} against the application.
 */
@Timeout(120)
class PythonClientTests {

	private static final String PYTHON = "/usr/bin/python3";

	@TempDir
	private static Path documents;

	@Test
	void everyMethodIsCalled() throws Exception {
		Assumptions.assumeTrue(run(PYTHON, "-c", "import grpc").code() == 0, "python3-grpcio is not installed");
		try (SampleInstance instance = SampleInstance.start("sample.prices.interval=50ms",
				"sample.storage.directory=" + documents)) {
			Run client = run(PYTHON, "clients/python/client.py", instance.anonymous().authority(),
					SampleInstance.token("alice"));
			assertThat(client.code()).as(client.output()).isZero();
			assertThat(client.output().lines().map((line) -> line.split(" ", 2)[0])).containsAll(methods(instance));
			assertThat(client.output()).contains("INVALID_ARGUMENT, reason INVALID_REQUEST, name ",
					"UNAUTHENTICATED, reason TOKEN_MISSING", "resumed, rising", "2 and 1 after the cursor",
					"alice: hello", "mean 1.75");
		}
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

	private static Run run(String... command) throws InterruptedException {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			try (InputStream output = process.getInputStream()) {
				String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
				process.waitFor(10, TimeUnit.SECONDS);
				return new Run(process.exitValue(), text);
			}
			finally {
				process.destroyForcibly();
			}
		}
		catch (IOException ex) {
			return new Run(-1, String.valueOf(ex.getMessage()));
		}
	}

	private record Run(int code, String output) {

	}

}
