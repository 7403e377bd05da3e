/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java installation of this machine.
 *
 * @param version its feature release
 * @param home where it is
 */
record Jdk(int version, Path home) {

	/** The releases that every row runs on. */
	static final List<Integer> WANTED = List.of(17, 25);

	/** Where JDKs are searched, in words. */
	static final String PLACES = "the JDK of this build, JAVA_HOME_<version>… and JAVA_<version>_HOME, ~/.m2/toolchains.xml, "
			+ "/usr/lib/jvm, ~/.sdkman, ~/.jdks and beside the JDK of this build";

	private static final Pattern TOOLCHAIN = Pattern.compile("<jdkHome>\\s*(.+?)\\s*</jdkHome>");

	Path java() {
		return executable(this.home);
	}

	@Override
	public String toString() {
		return "JDK " + this.version;
	}

	/**
	 * The first found of each wanted release; that of this build where there is none of
	 * them.
	 */
	static List<Jdk> found() {
		Map<Integer, Jdk> found = new LinkedHashMap<>();
		for (Path home : candidates()) {
			int version = version(home);
			if (WANTED.contains(version) && Files.isExecutable(executable(home))) {
				found.putIfAbsent(version, new Jdk(version, home));
			}
		}
		List<Jdk> jdks = WANTED.stream().filter(found::containsKey).map(found::get).toList();
		Path own = Path.of(System.getProperty("java.home"));
		return jdks.isEmpty() ? List.of(new Jdk(Runtime.version().feature(), own)) : jdks;
	}

	private static List<Path> candidates() {
		Path user = Path.of(System.getProperty("user.home"));
		Path own = Path.of(System.getProperty("java.home"));
		List<Path> homes = new ArrayList<>(List.of(own));
		for (int version : WANTED) {
			System.getenv().forEach((name, value) -> {
				if (name.startsWith("JAVA_HOME_" + version) || name.equals("JAVA_" + version + "_HOME")) {
					homes.add(Path.of(value));
				}
			});
		}
		Matcher toolchain = TOOLCHAIN.matcher(text(user.resolve(".m2/toolchains.xml")));
		while (toolchain.find()) {
			homes.add(Path.of(toolchain.group(1)));
		}
		for (Path directory : Stream
			.of(Path.of("/usr/lib/jvm"), user.resolve(".sdkman/candidates/java"), user.resolve(".jdks"),
					own.getParent())
			.filter((path) -> path != null && Files.isDirectory(path))
			.toList()) {
			try (Stream<Path> entries = Files.list(directory)) {
				entries.sorted().forEach(homes::add);
			}
			catch (IOException ex) {
				throw new IllegalStateException("cannot list " + directory, ex);
			}
		}
		return homes;
	}

	private static Path executable(Path home) {
		return home.resolve(System.getProperty("os.name").startsWith("Windows") ? "bin/java.exe" : "bin/java");
	}

	/** As the file {@code release} of a JDK says; 0 where this is none. */
	private static int version(Path home) {
		Properties release = new Properties();
		try {
			release.load(new java.io.StringReader(text(home.resolve("release"))));
		}
		catch (IOException | IllegalArgumentException ex) {
			return 0;
		}
		Matcher version = Pattern.compile("\"?(\\d+).*").matcher(release.getProperty("JAVA_VERSION", ""));
		return version.matches() ? Integer.parseInt(version.group(1)) : 0;
	}

	private static String text(Path file) {
		try {
			return Files.isRegularFile(file) ? Files.readString(file) : "";
		}
		catch (IOException ex) {
			return "";
		}
	}

}
