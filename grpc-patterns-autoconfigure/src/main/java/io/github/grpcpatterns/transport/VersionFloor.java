package io.github.grpcpatterns.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The least versions of what a server stands on that are not open to a published denial
 * of service.
 */
enum VersionFloor {

	GRPC_JAVA("grpc-java", "grpc-java.version", new Version(1, 83, 1), new Version(1, 82, 4)),

	NETTY("Netty", "netty.version", new Version(4, 2, 17), new Version(4, 1, 137));

	private static final String ADVISORIES = "CVE-2026-47244, CVE-2025-55163, CVE-2026-33871";

	private final String name;

	private final String property;

	private final Version floor;

	private final Version olderLine;

	VersionFloor(String name, String property, Version floor, Version olderLine) {
		this.name = name;
		this.property = property;
		this.floor = floor;
		this.olderLine = olderLine;
	}

	/**
	 * Say what is wrong with versions.
	 * @param versions the versions in use, {@code null} for those that are not known
	 * @return a sentence for each that is too old
	 */
	List<String> complaints(@Nullable String... versions) {
		List<String> complaints = new ArrayList<>();
		for (String text : versions) {
			Version version = Version.parse(text);
			if (version != null && isBelow(version)) {
				complaints
					.add("%s %s is below %s (in the line %d.%d: %s); such versions are open to one or more of %s. "
						.formatted(this.name, text, this.floor, this.olderLine.major(), this.olderLine.minor(),
								this.olderLine, ADVISORIES)
							+ "Raise it with the property '%s' of the build.".formatted(this.property));
			}
		}
		return complaints.stream().distinct().toList();
	}

	private boolean isBelow(Version version) {
		Version floor = version.isOfLine(this.olderLine) ? this.olderLine : this.floor;
		return version.compareTo(floor) < 0;
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
