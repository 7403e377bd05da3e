package io.github.grpcpatterns.sample.gateway;

import java.util.List;
import java.util.stream.Collectors;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import tools.jackson.databind.JsonNode;

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

	@SuppressWarnings("unchecked")
	static <M extends Message> M parse(JsonNode json, M defaultInstance) throws InvalidProtocolBufferException {
		Message.Builder builder = defaultInstance.newBuilderForType();
		PARSER.merge(json.toString(), builder);
		return (M) builder.build();
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

}
