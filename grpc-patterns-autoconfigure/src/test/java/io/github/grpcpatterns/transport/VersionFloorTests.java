/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link VersionFloor}.
 */
class VersionFloorTests {

	private static final String[] GRPC_JAVA_FAULTS = { "grpc-java#13035", "CVE-2026-47244" };

	private static final String[] NETTY_FAULTS = { "CVE-2026-93492", "CVE-2026-75596", "CVE-2026-33871",
			"CVE-2025-55163" };

	@ParameterizedTest
	@ValueSource(strings = { "1.85.0", "1.85.1", "1.86.0", "2.0.0", "1.85.0-SNAPSHOT" })
	void newGrpcJavaIsFine(String version) {
		assertThat(VersionFloor.complaints(VersionFloor.GRPC_JAVA, version)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "1.84.1, 1", "1.83.1, 1", "1.83.0, 2", "1.82.4, 1", "1.82.3, 2", "1.80.0, 2", "1.63.0, 2" })
	void oldGrpcJavaIsNamedWithItsFaultsAndTheProperty(String version, int faults) {
		assertThat(VersionFloor.complaints(VersionFloor.GRPC_JAVA, version)).singleElement()
			.asString()
			.startsWith("grpc-java " + version + " is below 1.85.0.")
			.endsWith("'grpc-java.version'.")
			.satisfies((complaint) -> names(complaint, faults, GRPC_JAVA_FAULTS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "4.2.18.Final", "4.2.19.Final", "4.1.138.Final", "4.3.0.Final", "5.0" })
	void newNettyIsFine(String version) {
		assertThat(VersionFloor.complaints(VersionFloor.NETTY, version)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "4.2.17.Final, 4.2.18, 1", "4.2.15.Final, 4.2.18, 2", "4.2.9.Final, 4.2.18, 3", "4.2.0.RC1, 4.2.18, 4",
			"4.1.137.Final, 4.1.138, 1", "4.1.136.Final, 4.1.138, 2", "4.1.131.Final, 4.1.138, 3",
			"4.1.123.Final, 4.1.138, 4", "4.0.56.Final, 4.2.18, 4" })
	void oldNettyIsNamedWithItsFaultsTheFloorOfItsLineAndTheProperty(String version, String floor, int faults) {
		assertThat(VersionFloor.complaints(VersionFloor.NETTY, version)).singleElement()
			.asString()
			.startsWith("Netty " + version + " is below " + floor + ".")
			.endsWith("'netty.version'.")
			.satisfies((complaint) -> names(complaint, faults, NETTY_FAULTS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "4.2.17.Final", "4.2.18.Final" })
	void shadedNettyIsFineWhereNoReleaseOfGrpcJavaHasABetterOne(String version) {
		assertThat(VersionFloor.complaints(VersionFloor.SHADED_NETTY, version)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "4.2.16.Final, CVE-2026-75596", "4.2.15.Final, CVE-2026-75596",
			"4.1.130.Final, 'CVE-2026-75596, CVE-2026-33871'" })
	void oldShadedNettyIsRaisedByGrpcJava(String version, String faults) {
		assertThat(VersionFloor.complaints(VersionFloor.SHADED_NETTY, version)).containsExactly(
				"grpc-netty-shaded's Netty " + version + " is below 4.2.17. Published faults of such " + "versions: "
						+ faults + ". Raise it with the build property 'grpc-java.version' " + "(1.85.0 or later).");
	}

	@Test
	void whatIsNotKnownIsNotBlamed() {
		assertThat(VersionFloor.complaints(VersionFloor.GRPC_JAVA, null, "", "unknown")).isEmpty();
	}

	@Test
	void eachVersionIsNamedOnce() {
		assertThat(VersionFloor.complaints(VersionFloor.GRPC_JAVA, "1.80.0", "1.80.0")).hasSize(1);
		assertThat(VersionFloor.complaints(VersionFloor.GRPC_JAVA, "1.85.1", "1.80.0")).hasSize(1);
	}

	@Test
	void theVersionOfEitherNettyIsKnown() {
		assertThat(UnshadedNetty.version()).isEqualTo("4.2.18.Final");
		assertThat(ShadedNetty.version()).isEqualTo("4.2.17.Final");
	}

	/**
	 * The faults are sorted from the one that was mended last, so a version has the first
	 * of them.
	 */
	private static void names(String complaint, int count, String... faults) {
		for (int i = 0; i < faults.length; i++) {
			assertThat(complaint.contains(faults[i])).as("%s in: %s", faults[i], complaint).isEqualTo(i < count);
		}
	}

}
