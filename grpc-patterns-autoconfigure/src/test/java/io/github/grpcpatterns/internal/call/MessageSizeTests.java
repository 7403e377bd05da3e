/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor.Marshaller;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MessageSize}.
 */
class MessageSizeTests {

	private final Marshaller<Object> text = new Marshaller<>() {

		@Override
		public InputStream stream(Object value) {
			return new ByteArrayInputStream(value.toString().getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public Object parse(InputStream stream) {
			throw new UnsupportedOperationException();
		}

	};

	@Test
	void aMessageOfProtocolBuffersKnowsItsSize() {
		PingRequest request = PingRequest.newBuilder().setValue("hello").build();
		assertThat(MessageSize.of(request, PingServiceGrpc.getPingMethod().getRequestMarshaller()))
			.isEqualTo(request.getSerializedSize());
	}

	@Test
	void othersAreMeasured() {
		assertThat(MessageSize.of("héllo", this.text)).isEqualTo(6);
		assertThat(MessageSize.of(new byte[7], this.text)).isEqualTo(7);
	}

	@Test
	void aStreamIsNotReadAndCanBeSentOnce() {
		InputStream stream = new ByteArrayInputStream(new byte[8]);
		assertThat(MessageSize.of(stream, this.text)).isEqualTo(8);
		assertThat(MessageSize.ofRepeatable(stream, this.text)).isEqualTo(MessageSize.ONCE);
		assertThat(stream).hasSameContentAs(new ByteArrayInputStream(new byte[8]));
	}

	@Test
	void whatCannotBeWrittenIsNotSentAgain() {
		assertThat(MessageSize.ofRepeatable(new Object() {

			@Override
			public String toString() {
				throw new IllegalStateException("no text");
			}

		}, this.text)).isEqualTo(MessageSize.ONCE);
	}

}
