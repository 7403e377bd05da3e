/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What the process prints while this is open.
 */
final class Output extends OutputStream implements AutoCloseable {

	private final PrintStream previous = System.out;

	private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

	Output() {
		System.setOut(new PrintStream(this, true, StandardCharsets.UTF_8));
	}

	@Override
	public synchronized void write(int value) {
		this.printed.write(value);
		this.previous.write(value);
	}

	@Override
	public synchronized void write(byte[] bytes, int offset, int length) {
		this.printed.write(bytes, offset, length);
		this.previous.write(bytes, offset, length);
	}

	synchronized String text() {
		return this.printed.toString(StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		System.setOut(this.previous);
	}

}
