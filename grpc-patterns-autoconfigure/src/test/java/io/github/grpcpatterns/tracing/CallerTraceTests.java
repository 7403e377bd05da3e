/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallerTrace}.
 */
class CallerTraceTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String SPAN = "00f067aa0ba902b7";

	@Test
	void aTraceparentIsRead() {
		assertThat(CallerTrace.of("00-" + TRACE + "-" + SPAN + "-00")).isEqualTo(new CallerTrace(TRACE, SPAN));
	}

	@Test
	void aLaterVersionMayBeLonger() {
		assertThat(CallerTrace.of("cc-" + TRACE + "-" + SPAN + "-01-what-comes")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "00-" + TRACE + "-" + SPAN, "00-" + TRACE + "-" + SPAN + "-01-more",
			"cc-" + TRACE + "-" + SPAN + "-01.more", "ff-" + TRACE + "-" + SPAN + "-01",
			"00-00000000000000000000000000000000-" + SPAN + "-01", "00-" + TRACE + "-0000000000000000-01",
			"00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01", "00-" + TRACE + "-00f067aa0ba902bg-01",
			"00_" + TRACE + "-" + SPAN + "-01", "00-" + TRACE + "-" + SPAN + "-zz" })
	void whatIsNoTraceparentIsIgnored(String header) {
		assertThat(CallerTrace.of(header)).isNull();
	}

}
