package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The messages of a JSON array, read one at a time.
 *
 * @param <Q> type of the messages
 */
final class JsonItems<Q extends Message> implements Messages<Q> {

	private static final JsonMapper MAPPER = new JsonMapper();

	private final JsonParser parser;

	private final Reader<Q> reader;

	private int index;

	JsonItems(InputStream body, Reader<Q> reader) {
		this.parser = MAPPER.createParser(body);
		this.reader = reader;
	}

	@Override
	public @Nullable Q next() throws IOException {
		try {
			if (this.index == 0 && this.parser.nextToken() != JsonToken.START_ARRAY) {
				throw new MalformedJsonException("expected an array");
			}
			if (this.parser.nextToken() == JsonToken.END_ARRAY) {
				return null;
			}
			Q message = this.reader.read(this.parser.readValueAsTree());
			this.index++;
			return message;
		}
		catch (JacksonException ex) {
			throw new MalformedJsonException("item " + this.index + ": " + ex.getOriginalMessage());
		}
		catch (InvalidProtocolBufferException ex) {
			throw new MalformedJsonException("item " + this.index + ": " + ex.getMessage());
		}
	}

	/**
	 * Makes a message of an item.
	 *
	 * @param <Q> type of the message
	 */
	interface Reader<Q> {

		Q read(JsonNode item) throws InvalidProtocolBufferException;

	}

}
