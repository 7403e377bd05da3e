/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import build.buf.protovalidate.exceptions.CompilationException;
import com.google.protobuf.Message;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import io.grpc.MethodDescriptor;

/**
 * Compiles the rules of all requests on startup: a broken rule would otherwise fail each
 * call of its method.
 */
final class RuleCheck implements ServedMethodsCheck {

	private final RegisteredMethods methods;

	private final RequestValidator validator;

	RuleCheck(RegisteredMethods methods, RequestValidator validator) {
		this.methods = methods;
		this.validator = validator;
	}

	@Override
	public void check() {
		for (MethodDescriptor<?, ?> method : this.methods.all().values()) {
			RequestRules rules = RequestRules.of(method);
			if (rules != RequestRules.NONE && rules != RequestRules.UNKNOWN
					&& method.getRequestMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<?> marshaller
					&& marshaller.getMessagePrototype() instanceof Message prototype) {
				compile(prototype);
			}
		}
	}

	private void compile(Message prototype) {
		try {
			this.validator.compile(prototype);
		}
		catch (CompilationException ex) {
			throw new BrokenRulesException(prototype.getDescriptorForType().getFullName(), ex);
		}
	}

}
