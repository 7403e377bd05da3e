package io.github.grpcpatterns.sample.product;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Makes the ids of products: UUIDs of version 7
 * (<a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.7">RFC 9562</a>) as text.
 * They begin with the time, so that a cursor over the ids sees products in the order of
 * their creation, and new ones at its end. Within one process each id is greater than the
 * one before, also within a millisecond and when the clock is set back.
 */
final class ProductIds {

	private static final Pattern FORM = Pattern
		.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

	private static final long VERSION_7 = 0x7000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private static final long RANDOM_BITS = 0x3FFF_FFFF_FFFF_FFFFL;

	// Milliseconds, and below them a counter of the 12 bits that the version leaves free
	private final AtomicLong last = new AtomicLong();

	/**
	 * Make an id. Safe for use by several threads.
	 * @return an id that was never given before
	 */
	String next() {
		long now = System.currentTimeMillis() << 12;
		long ticks = this.last.updateAndGet((previous) -> Math.max(previous + 1, now));
		long high = ((ticks >>> 12) << 16) | VERSION_7 | (ticks & 0xFFF);
		long low = VARIANT | (ThreadLocalRandom.current().nextLong() & RANDOM_BITS);
		return new UUID(high, low).toString();
	}

	/**
	 * Tell whether a text could be an id of ours.
	 * @param text the text
	 * @return whether it has the form of an id, which says nothing about the product's
	 * existence
	 */
	static boolean isId(String text) {
		return FORM.matcher(text).matches();
	}

}
