/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * A direct-mapped cache of the latest headers with accepted tokens: each header has one
 * slot, where another may displace it.
 * <p>
 * Only accepted headers are added, and a header is found only by sending all of it.
 * (Headers are compared many bytes at a time; the duration does not reveal enough to
 * guess one.)
 */
final class RecentHeaders {

	private static final int MAX = 1024;

	/** The end of a token is its signature, which differs most. */
	private static final int TELLING = 16;

	private final AtomicReferenceArray<@Nullable Entry> entries;

	/**
	 * Create it.
	 * @param size how many there may be, rounded down to a power of two
	 */
	RecentHeaders(long size) {
		this.entries = new AtomicReferenceArray<>(Integer.highestOneBit((int) Math.min(size, MAX)));
	}

	TokenCache.@Nullable Remembered get(byte[] header) {
		Entry entry = this.entries.get(place(header));
		return (entry != null && Arrays.equals(entry.header, header)) ? entry.remembered : null;
	}

	/**
	 * Does nothing where the cache has already let go of the token.
	 */
	synchronized void put(byte[] header, TokenCache.Remembered remembered) {
		if (!remembered.forgotten) {
			int place = place(header);
			if (remembered.place != place) {
				remove(remembered);
			}
			remembered.place = place;
			this.entries.set(place, new Entry(header, remembered));
		}
	}

	synchronized void forget(TokenCache.Remembered remembered) {
		remembered.forgotten = true;
		remove(remembered);
	}

	private void remove(TokenCache.Remembered remembered) {
		Entry entry = (remembered.place >= 0) ? this.entries.get(remembered.place) : null;
		if (entry != null && entry.remembered == remembered) {
			this.entries.set(remembered.place, null);
		}
	}

	private int place(byte[] header) {
		int hash = header.length;
		for (int i = Math.max(0, header.length - TELLING); i < header.length; i++) {
			hash = 31 * hash + header[i];
		}
		return (hash ^ (hash >>> 16)) & (this.entries.length() - 1);
	}

	/**
	 * Not a record, which would print the header.
	 */
	private static final class Entry {

		private final byte[] header;

		private final TokenCache.Remembered remembered;

		Entry(byte[] header, TokenCache.Remembered remembered) {
			this.header = header;
			this.remembered = remembered;
		}

	}

}
