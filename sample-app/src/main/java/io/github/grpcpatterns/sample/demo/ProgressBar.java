/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.PrintStream;

/**
 * A bar that grows in one line of the terminal. It is drawn again only when there is more
 * of it to see.
 */
final class ProgressBar {

	private static final int WIDTH = 40;

	private final PrintStream out;

	private final String label;

	private final long total;

	private long drawn = -1;

	/**
	 * Create a bar that is not drawn yet.
	 * @param out where to draw
	 * @param label what goes before the bar
	 * @param total what 100 % is; above 0
	 */
	ProgressBar(PrintStream out, String label, long total) {
		this.out = out;
		this.label = label;
		this.total = total;
	}

	/**
	 * Draw how far things are.
	 * @param done how much is done, from 0 to the total, at which the line is ended
	 */
	void update(long done) {
		long percent = 100 * done / this.total;
		if (percent == this.drawn) {
			return;
		}
		this.drawn = percent;
		int filled = (int) (WIDTH * done / this.total);
		this.out.printf("\r%-20s [%s%s] %3d %%", this.label, "#".repeat(filled), "-".repeat(WIDTH - filled), percent);
		if (done == this.total) {
			this.out.println();
		}
		this.out.flush();
	}

}
