/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A published fault of an artifact that a server uses, and the versions that fix it.
 *
 * @param artifact the name of the artifact
 * @param fixedIn the first version without the fault, of the newest line first, then of
 * each older line that got the fix
 * @param fault the advisory or issue
 * @param raisedBy the property of the build that raises the artifact
 */
record VersionFloor(String artifact, List<Version> fixedIn, String fault, String raisedBy) {

	static final String GRPC_JAVA = "grpc-java";

	static final String NETTY = "Netty";

	/**
	 * Its floors end with the newest Netty that a release of grpc-netty-shaded has: no
	 * build can raise it further.
	 */
	static final String SHADED_NETTY = "grpc-netty-shaded's Netty";

	private static final String BY_GRPC_JAVA = "'grpc-java.version'";

	private static final String BY_NETTY = "'netty.version'";

	private static final String BY_NEW_GRPC_JAVA = "'grpc-java.version' (1.85.0 or later)";

	/** Of each artifact the highest floor first. */
	private static final List<VersionFloor> ALL = List.of(
			floor(GRPC_JAVA, "1.85.0",
					"grpc-java#13035 (a GOAWAY with an unknown code hangs calls; 1.84.1 has the fix)", BY_GRPC_JAVA),
			floor(GRPC_JAVA, "1.83.1 1.82.4", "CVE-2026-47244", BY_GRPC_JAVA),
			floor(NETTY, "4.2.18 4.1.138", "CVE-2026-93492", BY_NETTY),
			floor(NETTY, "4.2.17 4.1.137", "CVE-2026-75596", BY_NETTY),
			floor(NETTY, "4.2.10 4.1.132", "CVE-2026-33871", BY_NETTY),
			floor(NETTY, "4.2.4 4.1.124", "CVE-2025-55163", BY_NETTY),
			floor(SHADED_NETTY, "4.2.17", "CVE-2026-75596", BY_NEW_GRPC_JAVA),
			floor(SHADED_NETTY, "4.2.10 4.1.132", "CVE-2026-33871", BY_NEW_GRPC_JAVA),
			floor(SHADED_NETTY, "4.2.4 4.1.124", "CVE-2025-55163", BY_NEW_GRPC_JAVA));

	private static VersionFloor floor(String artifact, String fixedIn, String fault, String raisedBy) {
		return new VersionFloor(artifact,
				Stream.of(fixedIn.split(" ")).map((text) -> Objects.requireNonNull(Version.parse(text))).toList(),
				fault, raisedBy);
	}

	/**
	 * Say what is wrong with versions of an artifact.
	 * @param artifact the name of the artifact
	 * @param versions the versions in use, {@code null} for those that are not known
	 * @return a sentence or two for each that is too old
	 */
	static List<String> complaints(String artifact, @Nullable String... versions) {
		List<String> complaints = new ArrayList<>();
		for (String text : versions) {
			Version version = Version.parse(text);
			List<VersionFloor> above = (version != null)
					? ALL.stream().filter((floor) -> floor.artifact.equals(artifact) && floor.isAbove(version)).toList()
					: List.of();
			if (version != null && !above.isEmpty()) {
				complaints.add(
						"%s %s is below %s. Published faults of such versions: %s. Raise it with the build property %s."
							.formatted(artifact, text, above.get(0).in(version),
									above.stream().map(VersionFloor::fault).collect(Collectors.joining(", ")),
									above.get(0).raisedBy));
			}
		}
		return complaints.stream().distinct().toList();
	}

	private boolean isAbove(Version version) {
		return version.compareTo(in(version)) < 0;
	}

	private Version in(Version version) {
		return this.fixedIn.stream().filter(version::isOfLine).findFirst().orElse(this.fixedIn.get(0));
	}

	/**
	 * A version; what follows the three numbers does not count.
	 */
	private record Version(int major, int minor, int patch) implements Comparable<Version> {

		private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:\\.(\\d{1,6}))?.*");

		static @Nullable Version parse(@Nullable String text) {
			Matcher matcher = FORM.matcher((text != null) ? text : "");
			if (!matcher.matches()) {
				return null;
			}
			String patch = matcher.group(3);
			return new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)),
					(patch != null) ? Integer.parseInt(patch) : 0);
		}

		boolean isOfLine(Version other) {
			return this.major == other.major && this.minor == other.minor;
		}

		@Override
		public int compareTo(Version other) {
			int result = Integer.compare(this.major, other.major);
			result = (result != 0) ? result : Integer.compare(this.minor, other.minor);
			return (result != 0) ? result : Integer.compare(this.patch, other.patch);
		}

		@Override
		public String toString() {
			return this.major + "." + this.minor + "." + this.patch;
		}

	}

}
