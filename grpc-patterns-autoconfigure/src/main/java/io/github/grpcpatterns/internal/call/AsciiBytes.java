/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;

/**
 * Marshals the value of a header as the bytes that came, without text of them.
 */
public final class AsciiBytes implements InternalMetadata.TrustedAsciiMarshaller<byte[]> {

	private static final AsciiBytes MARSHALLER = new AsciiBytes();

	private AsciiBytes() {
	}

	/**
	 * Return the key of a header.
	 * @param name the name of the header
	 * @return the key of its bytes, which nobody may change
	 */
	public static Metadata.Key<byte[]> key(String name) {
		return InternalMetadata.keyOf(name, MARSHALLER);
	}

	@Override
	public byte[] toAsciiString(byte[] value) {
		return value;
	}

	@Override
	public byte[] parseAsciiString(byte[] serialized) {
		return serialized;
	}

}
