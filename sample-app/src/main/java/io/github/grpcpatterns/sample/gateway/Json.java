/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

/**
 * Messages as JSON, with lower camel case names and all fields.
 */
final class Json {

	static final JsonFormat.Parser PARSER = JsonFormat.parser();

	static final JsonFormat.Printer PRINTER = JsonFormat.printer()
		.alwaysPrintFieldsWithNoPresence()
		.omittingInsignificantWhitespace();

	private Json() {
	}

	static String print(Message message) {
		try {
			return PRINTER.print(message);
		}
		catch (InvalidProtocolBufferException ex) {
			throw new IllegalStateException("Every message of the sample can be printed", ex);
		}
	}

	static String print(List<? extends Message> messages) {
		return messages.stream().map(Json::print).collect(Collectors.joining(",", "[", "]"));
	}

	/**
	 * Parse an array of messages.
	 * @param <M> type of the messages
	 * @param body the array
	 * @param type any message of the type
	 * @return the messages
	 * @throws MalformedJsonException if it is none, naming the element that is wrong
	 */
	static <M extends Message> List<M> parseAll(String body, M type) {
		return parseAll(body, type, (object) -> {
		});
	}

	/**
	 * Parse an array of messages.
	 * @param prepare changes each object before it is parsed
	 * @see #parseAll(String, Message)
	 */
	static <M extends Message> List<M> parseAll(String body, M type, Consumer<JsonObject> prepare) {
		JsonElement array = parse(body);
		if (!array.isJsonArray()) {
			throw new MalformedJsonException("expected an array", null);
		}
		List<M> messages = new ArrayList<>();
		for (JsonElement element : array.getAsJsonArray()) {
			messages.add(message(element, type, "[" + messages.size() + "]: ", prepare));
		}
		return messages;
	}

	/**
	 * Parse a message.
	 * @param prepare changes the object before it is parsed
	 * @throws MalformedJsonException if it is none
	 */
	static <M extends Message> M parse(String body, M type, Consumer<JsonObject> prepare) {
		return message(parse(body), type, "", prepare);
	}

	private static JsonElement parse(String body) {
		try {
			return JsonParser.parseString(body);
		}
		catch (JsonParseException ex) {
			throw new MalformedJsonException(String.valueOf(ex.getMessage()), ex);
		}
	}

	@SuppressWarnings("unchecked") // the builder of a type builds that type
	private static <M extends Message> M message(JsonElement element, M type, String where,
			Consumer<JsonObject> prepare) {
		if (!element.isJsonObject()) {
			throw new MalformedJsonException(where + "expected an object", null);
		}
		prepare.accept(element.getAsJsonObject());
		Message.Builder builder = type.newBuilderForType();
		try {
			PARSER.merge(element.toString(), builder);
		}
		catch (InvalidProtocolBufferException ex) {
			throw new MalformedJsonException(where + ex.getMessage(), ex);
		}
		return (M) builder.build();
	}

}
