/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A message into bytes and back, by protobuf and by Jackson. Protobuf's message is a
 * fresh one each time, since an encoded message remembers its size; the messages within
 * it still do.
 */
public class CodecBenchmark extends ShortBenchmark {

	/**
	 * One of {@link Messages#NAMES}.
	 */
	@Param({ "classify-request", "classify-response", "price", "strings", "numbers", "nested" })
	private String message = "price";

	private MessageLite protobuf = Messages.protobuf("price");

	private Object json = Messages.json("price");

	private byte[] protobufBytes = new byte[0];

	private byte[] jsonBytes = new byte[0];

	/**
	 * Make the messages.
	 */
	@Setup
	public void start() {
		this.protobuf = Messages.protobuf(this.message);
		this.json = Messages.json(this.message);
		this.protobufBytes = this.protobuf.toByteArray();
		this.jsonBytes = Messages.JSON.writeValueAsBytes(this.json);
	}

	/**
	 * Encode by protobuf.
	 * @return the bytes
	 */
	@Benchmark
	public byte[] protobufEncode() {
		return this.protobuf.toBuilder().build().toByteArray();
	}

	/**
	 * Decode by protobuf.
	 * @return the message
	 * @throws InvalidProtocolBufferException never
	 */
	@Benchmark
	public MessageLite protobufDecode() throws InvalidProtocolBufferException {
		return this.protobuf.getParserForType().parseFrom(this.protobufBytes);
	}

	/**
	 * Encode by Jackson.
	 * @return the bytes
	 */
	@Benchmark
	public byte[] jsonEncode() {
		return Messages.JSON.writeValueAsBytes(this.json);
	}

	/**
	 * Decode by Jackson.
	 * @return the record
	 */
	@Benchmark
	public Object jsonDecode() {
		return Messages.JSON.readValue(this.jsonBytes, this.json.getClass());
	}

}
