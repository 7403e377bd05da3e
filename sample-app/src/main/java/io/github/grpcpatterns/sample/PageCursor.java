/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Goes through a listing in the order of ids, and reads the next page from the store only
 * when the one before is used up. Nothing is open between two pages, so a cursor may be
 * left at any place, for any time: while a client is slow, no thread waits for it,
 * nothing is read for it, and at most one page is held. Not for use by several threads at
 * once.
 *
 * @param <T> type of what is listed
 */
public final class PageCursor<T> implements Iterator<T> {

	/** How much is read at once, and so held in memory for one listing. */
	public static final int PAGE_SIZE = 500;

	private final Pages<T> pages;

	private final Function<T, String> id;

	private String last;

	// How many more are wanted at most, those of the current page left out
	private long wanted;

	private Iterator<T> page = List.<T>of().iterator();

	/**
	 * Create a cursor that has read nothing yet.
	 * @param pages where to read
	 * @param id how to tell the id
	 * @param after the id that the listing begins after, empty for all
	 * @param count how many are wanted at most, 0 for all
	 */
	public PageCursor(Pages<T> pages, Function<T, String> id, String after, int count) {
		this.pages = pages;
		this.id = id;
		this.last = after;
		this.wanted = (count > 0) ? count : Long.MAX_VALUE;
	}

	@Override
	public boolean hasNext() {
		if (!this.page.hasNext() && this.wanted > 0) {
			int limit = (int) Math.min(this.wanted, PAGE_SIZE);
			List<T> read = this.pages.read(this.last, limit);
			this.wanted = (read.size() == limit) ? this.wanted - limit : 0;
			this.page = read.iterator();
		}
		return this.page.hasNext();
	}

	@Override
	public T next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		T next = this.page.next();
		this.last = this.id.apply(next);
		return next;
	}

	/**
	 * Return what comes as something else.
	 * @param <R> type of the messages
	 * @param message how to make one
	 * @return an iterator that goes on with this one
	 */
	public <R> Iterator<R> as(Function<T, R> message) {
		return new Iterator<>() {

			@Override
			public boolean hasNext() {
				return PageCursor.this.hasNext();
			}

			@Override
			public R next() {
				return message.apply(PageCursor.this.next());
			}

		};
	}

	/**
	 * Reads one page.
	 *
	 * @param <T> type of what is listed
	 */
	@FunctionalInterface
	public interface Pages<T> {

		/**
		 * Read a page.
		 * @param after the id that the page begins after, empty for the first page
		 * @param limit how much the page has at most
		 * @return the page in the order of ids; less than the limit at the end
		 */
		List<T> read(String after, int limit);

	}

}
