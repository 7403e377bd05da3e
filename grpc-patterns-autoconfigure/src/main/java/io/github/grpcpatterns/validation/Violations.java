/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.List;

import build.buf.protovalidate.ValidationResult;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import build.buf.validate.Violation;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;

/**
 * Describes to a client which field breaks which rule, in protovalidate's own words, but
 * never with a value.
 * <p>
 * The texts of the standard rules describe only the rule. A rule of the application may
 * include the value in its text; then its id is used.
 */
final class Violations {

	/** More do not fit into the trailers. */
	private static final int MAX = 256;

	/** Nor do more characters: a path repeats the keys of maps, which may be long. */
	private static final int MAX_LENGTH = 8192;

	private Violations() {
	}

	static BadRequest of(ValidationResult result, Message request, RequestRules rules) {
		BadRequest.Builder badRequest = BadRequest.newBuilder();
		List<build.buf.protovalidate.Violation> violations = result.getViolations();
		int room = MAX_LENGTH;
		for (build.buf.protovalidate.Violation each : violations.subList(0, Math.min(violations.size(), MAX))) {
			Violation violation = each.toProto();
			String field = path(violation.getField());
			String description = description(violation, request, rules);
			room -= field.length() + description.length();
			if (room < 0) {
				break;
			}
			badRequest
				.addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field).setDescription(description));
		}
		return badRequest.build();
	}

	private static String description(Violation violation, Message request, RequestRules rules) {
		String text = violation.getMessage();
		if (standard(violation) || rules.hasText(text, request)) {
			return text;
		}
		return "breaks the rule " + violation.getRuleId();
	}

	/**
	 * Whether the text comes from protovalidate. The rules of a message as a whole have
	 * no path.
	 */
	private static boolean standard(Violation violation) {
		List<FieldPathElement> path = violation.getRule().getElementsList();
		if (!path.isEmpty()) {
			return path.stream().map(FieldPathElement::getFieldName).noneMatch(Violations::custom);
		}
		String text = violation.getMessage();
		return switch (violation.getRuleId()) {
			case "required" -> text.equals("exactly one field is required in oneof");
			case "message.oneof" -> text.startsWith("one of ") || text.startsWith("only one of ");
			default -> false;
		};
	}

	/**
	 * Expressions, and extensions, which are named in brackets.
	 */
	private static boolean custom(String rule) {
		return rule.equals("cel") || rule.equals("cel_expression") || rule.startsWith("[");
	}

	/**
	 * Write a path as protovalidate does: {@code orders[2].labels["colour"]}.
	 */
	private static String path(FieldPath path) {
		StringBuilder text = new StringBuilder();
		for (FieldPathElement element : path.getElementsList()) {
			if (!text.isEmpty()) {
				text.append('.');
			}
			text.append(element.getFieldName());
			switch (element.getSubscriptCase()) {
				case INDEX -> text.append('[').append(element.getIndex()).append(']');
				case BOOL_KEY -> text.append('[').append(element.getBoolKey()).append(']');
				case INT_KEY -> text.append('[').append(element.getIntKey()).append(']');
				case UINT_KEY -> text.append('[').append(Long.toUnsignedString(element.getUintKey())).append(']');
				case STRING_KEY -> text.append("[\"")
					.append(element.getStringKey().replace("\\", "\\\\").replace("\"", "\\\""))
					.append("\"]");
				case SUBSCRIPT_NOT_SET -> {
				}
			}
		}
		return text.toString();
	}

}
