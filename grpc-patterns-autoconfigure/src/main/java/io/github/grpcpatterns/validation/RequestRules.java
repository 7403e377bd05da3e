/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.HashSet;
import java.util.Set;

import build.buf.validate.FieldRules;
import build.buf.validate.MessageRules;
import build.buf.validate.Rule;
import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The rules in the proto files of a request type and its nested messages: whether any
 * exist, and which texts of the application's own rules are fixed.
 */
final class RequestRules {

	/** For types that have no rules. */
	static final RequestRules NONE = new RequestRules(Set.of());

	/** For methods that do not tell the type of their requests before one comes. */
	static final RequestRules UNKNOWN = new RequestRules(null);

	private static final ExtensionRegistry EXTENSIONS = extensions();

	private final @Nullable Set<String> texts;

	private RequestRules(@Nullable Set<String> texts) {
		this.texts = texts;
	}

	private static ExtensionRegistry extensions() {
		ExtensionRegistry extensions = ExtensionRegistry.newInstance();
		ValidateProto.registerAllExtensions(extensions);
		return extensions;
	}

	/**
	 * Look up the rules for a method's requests.
	 */
	static RequestRules of(MethodDescriptor<?, ?> method) {
		if (!(method.getRequestMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<?> marshaller)) {
			return UNKNOWN;
		}
		Object prototype = marshaller.getMessagePrototype();
		if (prototype == null) {
			return UNKNOWN;
		}
		return (prototype instanceof Message message) ? of(message.getDescriptorForType()) : NONE;
	}

	private static RequestRules of(Descriptor type) {
		Search search = new Search();
		search.visit(type);
		return search.found ? new RequestRules(Set.copyOf(search.texts)) : NONE;
	}

	/**
	 * Return whether a text stands in the rules as it is, so that it cannot repeat a
	 * value.
	 */
	boolean hasText(String text, Message request) {
		Set<String> texts = (this.texts != null) ? this.texts : of(request.getDescriptorForType()).texts;
		return texts != null && texts.contains(text);
	}

	/**
	 * Walks through a type and the types of its fields, each once.
	 */
	private static final class Search {

		private final Set<Descriptor> visited = new HashSet<>();

		private final Set<String> texts = new HashSet<>();

		private boolean found;

		void visit(Descriptor type) {
			if (!this.visited.add(type)) {
				return;
			}
			MessageOptions options = type.getOptions();
			if (has(options, ValidateProto.message.getNumber())) {
				this.found = true;
				add(messageRules(options));
			}
			for (OneofDescriptor oneof : type.getRealOneofs()) {
				this.found |= has(oneof.getOptions(), ValidateProto.oneof.getNumber());
			}
			for (FieldDescriptor field : type.getFields()) {
				if (has(field.getOptions(), ValidateProto.field.getNumber())) {
					this.found = true;
					add(fieldRules(field.getOptions()));
				}
				if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
					visit(field.getMessageType());
				}
			}
		}

		/**
		 * Whether an option is set, known to who read the descriptor or not.
		 */
		private static boolean has(Message options, int number) {
			return options.getUnknownFields().hasField(number)
					|| options.getAllFields().keySet().stream().anyMatch((field) -> field.getNumber() == number);
		}

		private static MessageRules messageRules(MessageOptions options) {
			try {
				return MessageOptions.parseFrom(options.toByteString(), EXTENSIONS).getExtension(ValidateProto.message);
			}
			catch (InvalidProtocolBufferException ex) {
				return MessageRules.getDefaultInstance(); // protovalidate will say so
			}
		}

		private static FieldRules fieldRules(FieldOptions options) {
			try {
				return FieldOptions.parseFrom(options.toByteString(), EXTENSIONS).getExtension(ValidateProto.field);
			}
			catch (InvalidProtocolBufferException ex) {
				return FieldRules.getDefaultInstance(); // protovalidate will say so
			}
		}

		private void add(MessageRules rules) {
			rules.getCelList().forEach(this::add);
			rules.getCelExpressionList().forEach(this::addExpression);
		}

		private void add(FieldRules rules) {
			rules.getCelList().forEach(this::add);
			rules.getCelExpressionList().forEach(this::addExpression);
			if (rules.hasRepeated()) {
				add(rules.getRepeated().getItems());
			}
			if (rules.hasMap()) {
				add(rules.getMap().getKeys());
				add(rules.getMap().getValues());
			}
		}

		private void add(Rule rule) {
			if (!rule.getMessage().isEmpty()) {
				this.texts.add(rule.getMessage());
			}
			addExpression(rule.getExpression());
		}

		/**
		 * Add protovalidate's text of a rule without a text of its own.
		 */
		private void addExpression(String expression) {
			this.texts.add("\"" + expression + "\" returned false");
		}

	}

}
