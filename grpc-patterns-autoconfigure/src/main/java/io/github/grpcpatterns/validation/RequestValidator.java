/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.function.Supplier;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.CompilationException;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Validates requests with protovalidate.
 * <p>
 * Protovalidate collects every violation, a few hundred bytes each, before it returns: a
 * request of four megabytes can have two million. For a large request it therefore stops
 * at the first.
 */
final class RequestValidator {

	static final int LARGE_BYTES = 64 * 1024;

	private final Supplier<Validator> all;

	private final Supplier<Validator> first;

	/**
	 * Create it. What protovalidate needs is made when it is first asked.
	 * @param theirs the application's own validator, asked about every request, or
	 * {@code null}
	 */
	RequestValidator(@Nullable Validator theirs) {
		this.all = (theirs != null) ? () -> theirs : validator(false);
		this.first = (theirs != null) ? () -> theirs : validator(true);
	}

	private static Supplier<Validator> validator(boolean failFast) {
		return SingletonSupplier.of(() -> ValidatorFactory.newBuilder()
			.withConfig(Config.newBuilder().setFailFast(failFast).build())
			.build());
	}

	/**
	 * Check a request.
	 * @return the violations, or {@code null} if there are none
	 * @throws ValidationException if the request cannot be checked
	 */
	@Nullable BadRequest check(Message request, RequestRules rules) throws ValidationException {
		Supplier<Validator> validator = (request.getSerializedSize() > LARGE_BYTES) ? this.first : this.all;
		ValidationResult result = validator.get().validate(request);
		return result.isSuccess() ? null : Violations.of(result, request, rules);
	}

	/**
	 * Compile the rules of a type, so that no call has to wait for it.
	 * @param prototype a message of the type
	 * @throws CompilationException if they cannot be compiled
	 */
	void compile(Message prototype) throws CompilationException {
		compile(this.all.get(), prototype);
		compile(this.first.get(), prototype);
	}

	private static void compile(Validator validator, Message prototype) throws CompilationException {
		try {
			validator.validate(prototype);
		}
		catch (CompilationException ex) {
			throw ex;
		}
		catch (ValidationException ex) {
			// Compiled, but they cannot judge a message without any field.
			return;
		}
	}

}
