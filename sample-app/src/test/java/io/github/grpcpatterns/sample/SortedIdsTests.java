/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SortedIds}.
 */
class SortedIdsTests {

	private final SortedIds ids = new SortedIds();

	@Test
	void idsSortInTheOrderInWhichTheyWereMade() {
		assertThat(Stream.generate(this.ids::next).limit(10_000)).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void idsAreUuidsOfVersion7ThatBeginWithTheTime() {
		long before = System.currentTimeMillis();
		UUID id = UUID.fromString(this.ids.next());
		assertThat(id.version()).isEqualTo(7);
		assertThat(id.variant()).isEqualTo(2);
		assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, System.currentTimeMillis());
	}

}
