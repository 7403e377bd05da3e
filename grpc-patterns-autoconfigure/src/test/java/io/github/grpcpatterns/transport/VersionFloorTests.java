package io.github.grpcpatterns.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link VersionFloor}.
 */
class VersionFloorTests {

	@ParameterizedTest
	@ValueSource(strings = { "1.83.1", "1.83.2", "1.82.4", "1.82.10", "1.84.0", "2.0.0", "1.83.1-SNAPSHOT" })
	void newGrpcJavaIsFine(String version) {
		assertThat(VersionFloor.GRPC_JAVA.complaints(version)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "1.83.0", "1.82.3", "1.81.9", "1.80.0", "1.63.0" })
	void oldGrpcJavaIsNamedWithItsAdvisoriesAndTheProperty(String version) {
		assertThat(VersionFloor.GRPC_JAVA.complaints(version)).singleElement()
			.asString()
			.startsWith("grpc-java " + version + " is below 1.83.1 (in the line 1.82: 1.82.4)")
			.contains("CVE-2026-47244", "CVE-2025-55163", "CVE-2026-33871", "'grpc-java.version'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "4.2.17.Final", "4.2.18.Final", "4.1.137.Final", "4.3.0.Final", "5.0" })
	void newNettyIsFine(String version) {
		assertThat(VersionFloor.NETTY.complaints(version)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "4.2.16.Final", "4.2.0.RC1", "4.1.136.Final", "4.0.56.Final" })
	void oldNettyIsNamedWithItsAdvisoriesAndTheProperty(String version) {
		assertThat(VersionFloor.NETTY.complaints(version)).singleElement()
			.asString()
			.startsWith("Netty " + version + " is below 4.2.17 (in the line 4.1: 4.1.137)")
			.contains("CVE-2026-47244", "CVE-2025-55163", "CVE-2026-33871", "'netty.version'");
	}

	@Test
	void whatIsNotKnownIsNotBlamed() {
		assertThat(VersionFloor.GRPC_JAVA.complaints(null, "", "unknown")).isEmpty();
	}

	@Test
	void eachVersionIsNamedOnce() {
		assertThat(VersionFloor.GRPC_JAVA.complaints("1.80.0", "1.80.0")).hasSize(1);
		assertThat(VersionFloor.GRPC_JAVA.complaints("1.83.1", "1.80.0")).hasSize(1);
	}

	@Test
	void theVersionOfUnshadedNettyIsKnown() {
		assertThat(UnshadedNetty.version()).matches("4\\.2\\.\\d+\\.Final");
	}

}
