/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.SampleInstance;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL in a directory of its own.
 */
interface Postgres extends AutoCloseable {

	String USER = "postgres";

	static Postgres start() throws IOException {
		File initdb = Databases.installed("initdb", debianDirectories());
		return (initdb != null) ? new Installed(initdb.getParentFile()) : new OfTheBuild(EmbeddedPostgres.start());
	}

	/**
	 * Debian keeps the programs off the path, those of each version apart.
	 */
	private static List<File> debianDirectories() {
		File[] versions = new File("/usr/lib/postgresql").listFiles();
		return (versions == null) ? List.of()
				: Arrays.stream(versions)
					.sorted(Comparator.reverseOrder())
					.map((version) -> new File(version, "bin"))
					.toList();
	}

	String jdbcUrl();

	@Override
	void close() throws IOException;

	/**
	 * That of the machine. Where root starts it, it runs as the user that its package
	 * made, because it refuses to run as root.
	 */
	final class Installed implements Postgres {

		private final File programs;

		private final Path directory;

		private final int port = SampleInstance.freePort();

		private final Process server;

		private Installed(File programs) throws IOException {
			this.programs = programs;
			this.directory = Files.createTempDirectory("scale-out-postgres");
			if (root()) {
				finish(new ProcessBuilder("chown", USER, this.directory.toString()));
			}
			finish(command("initdb", "-D", data(), "-U", USER, "--auth=trust", "--no-sync"));
			this.server = command("postgres", "-D", data(), "-p", String.valueOf(this.port), "-h", "127.0.0.1", "-k",
					this.directory.toString())
				.start();
			Awaitility.await("PostgreSQL in " + this.directory).atMost(Duration.ofSeconds(30)).until(this::answers);
		}

		private static boolean root() {
			return System.getProperty("user.name").equals("root");
		}

		private String data() {
			return this.directory.resolve("data").toString();
		}

		private ProcessBuilder command(String program, String... arguments) {
			List<String> command = new ArrayList<>();
			if (root()) {
				command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--"));
			}
			command.add(new File(this.programs, program).toString());
			command.addAll(List.of(arguments));
			return new ProcessBuilder(command).directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect
					.appendTo(this.directory.resolveSibling(this.directory.getFileName() + ".log").toFile()));
		}

		private static void finish(ProcessBuilder command) throws IOException {
			try {
				int status = command.start().waitFor();
				if (status != 0) {
					throw new IOException(command.command() + " ended with " + status);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IOException(ex);
			}
		}

		private boolean answers() throws IOException {
			if (!this.server.isAlive()) {
				throw new IOException("PostgreSQL ended with " + this.server.exitValue());
			}
			try (Connection connection = DriverManager.getConnection(jdbcUrl())) {
				return connection.isValid(1);
			}
			catch (SQLException ex) {
				return false;
			}
		}

		@Override
		public String jdbcUrl() {
			return "jdbc:postgresql://127.0.0.1:" + this.port + "/postgres?user=" + USER;
		}

		@Override
		public void close() throws IOException {
			this.server.destroy();
			try {
				if (!this.server.waitFor(20, TimeUnit.SECONDS)) {
					this.server.destroyForcibly();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			try (Stream<Path> files = Files.walk(this.directory)) {
				for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
					Files.deleteIfExists(file);
				}
			}
			Files.deleteIfExists(this.directory.resolveSibling(this.directory.getFileName() + ".log"));
		}

		@Override
		public String toString() {
			return "PostgreSQL of " + this.programs;
		}

	}

	/**
	 * That of the build's artifacts.
	 */
	record OfTheBuild(EmbeddedPostgres server) implements Postgres {

		@Override
		public String jdbcUrl() {
			return this.server.getJdbcUrl(USER, USER);
		}

		@Override
		public void close() throws IOException {
			this.server.close();
		}

		@Override
		public String toString() {
			return "PostgreSQL of the build";
		}

	}

}
