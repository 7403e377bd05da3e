/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authorization.AuthorizationDeniedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StatusMapping}: what a client gets over a real transport, and what is
 * recorded.
 */
class StatusMappingTests {

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	private final ErrorFixture fixture = ErrorFixture.withDefaults();

	@AfterEach
	void stop() {
		this.fixture.close();
	}

	static Stream<Arguments> builtIn() {
		return Stream.of(row(() -> new IllegalArgumentException("secret"), Status.Code.INVALID_ARGUMENT),
				row(() -> new NumberFormatException("secret"), Status.Code.INVALID_ARGUMENT),
				row(() -> new NoSuchElementException("secret"), Status.Code.NOT_FOUND),
				row(() -> new IllegalStateException("secret"), Status.Code.FAILED_PRECONDITION),
				row(() -> new UnsupportedOperationException("secret"), Status.Code.UNIMPLEMENTED),
				row(() -> new TimeoutException("secret"), Status.Code.DEADLINE_EXCEEDED),
				row(() -> new BadCredentialsException("secret"), Status.Code.UNAUTHENTICATED),
				row(() -> new AccessDeniedException("secret"), Status.Code.PERMISSION_DENIED, EndReason.ACCESS_DENIED),
				row(() -> new AuthorizationDeniedException("secret"), Status.Code.PERMISSION_DENIED,
						EndReason.ACCESS_DENIED),
				row(() -> new ConstraintViolationException("secret", Set.of()), Status.Code.INVALID_ARGUMENT,
						EndReason.INVALID_REQUEST),
				row(() -> new ConstraintViolationException("secret", null), Status.Code.INVALID_ARGUMENT,
						EndReason.INVALID_REQUEST),
				row(() -> new ExecutionException("secret", new NoSuchElementException("secret")),
						Status.Code.NOT_FOUND),
				row(() -> new CompletionException("secret",
						new ExecutionException(new UndeclaredThrowableException(new NoSuchElementException("secret")))),
						Status.Code.NOT_FOUND));
	}

	private static Arguments row(Supplier<Throwable> failure, Status.Code code) {
		return row(failure, code, EndReason.FAILED);
	}

	private static Arguments row(Supplier<Throwable> failure, Status.Code code, EndReason reason) {
		return Arguments.of(failure, code, reason);
	}

	@ParameterizedTest
	@MethodSource("builtIn")
	void knownExceptionsGetTheirCodeInWords(Supplier<Throwable> failure, Status.Code code, EndReason reason) {
		for (StatusRuntimeException ex : List.of(this.fixture.thrown(failure), this.fixture.onError(failure))) {
			assertThat(ex.getStatus().getCode()).isEqualTo(code);
			assertThat(ex.getStatus().getDescription()).isEqualTo(code.name().toLowerCase().replace('_', ' '));
			GrpcErrors error = GrpcErrors.from(ex);
			assertThat(error.domain()).isEqualTo("grpcpatterns");
			assertThat(error.reason()).isEqualTo((reason == EndReason.FAILED) ? code.name() : reason.name());
			assertThat(error.correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
			assertThat(ex.getTrailers().toString()).doesNotContain("secret");
			CallRecord call = this.fixture.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(code);
			assertThat(call.endReason()).isEqualTo(reason);
			assertThat(call.exceptionUnknown()).isFalse();
			assertThat(call.exception()).isNotInstanceOfAny(ExecutionException.class, CompletionException.class);
		}
	}

	static Stream<Supplier<Throwable>> unknown() {
		return Stream.of(() -> new RuntimeException("secret"), () -> new Exception("secret"),
				() -> new java.io.IOException("secret"), () -> new Error("secret"),
				() -> new OutOfMemoryError("secret"), () -> new StackOverflowError("secret"),
				() -> new NullPointerException("secret"), () -> new ExecutionException("secret", null),
				() -> new java.nio.file.AccessDeniedException("secret"),
				() -> new RuntimeException("secret", new NoSuchElementException("secret")),
				() -> Status.OK.withDescription("secret").asException(), StatusMappingTests::wrapperOfItself);
	}

	private static Throwable wrapperOfItself() {
		CompletionException inner = new CompletionException("secret") {

			private static final long serialVersionUID = 1L;

		};
		return inner.initCause(new CompletionException("secret", inner));
	}

	@ParameterizedTest
	@MethodSource("unknown")
	void unknownExceptionsAndErrorsBecomeInternalWithoutTheirText(Supplier<Throwable> failure) {
		StatusRuntimeException ex = this.fixture.thrown(failure);
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
		assertThat(ex.getStatus().getDescription()).isEqualTo("internal error");
		assertThat(GrpcErrors.from(ex).reason()).isEqualTo("INTERNAL");
		assertThat(GrpcErrors.from(ex).correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
		assertThat(ex.getTrailers().toString()).doesNotContain("secret");
		CallRecord call = this.fixture.recorder.await();
		assertThat(call.status().getCode()).isEqualTo(Status.Code.INTERNAL);
		assertThat(call.endReason()).isEqualTo(EndReason.INTERNAL);
		assertThat(call.exception()).isNotNull();
		assertThat(call.exceptionUnknown()).isTrue();
	}

	@Test
	void statusExceptionsKeepCodeDescriptionTrailersAndDetails() {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "value");
		trailers.put(RichStatus.PUSHBACK, "250");
		StatusRuntimeException failure = Status.ABORTED.withDescription("own text")
			.withCause(new RuntimeException("secret"))
			.asRuntimeException(trailers);
		for (StatusRuntimeException ex : List.of(this.fixture.thrown(() -> failure),
				this.fixture.onError(() -> failure),
				this.fixture.thrown(() -> new StatusException(failure.getStatus(), trailers)))) {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
			assertThat(ex.getStatus().getDescription()).isEqualTo("own text");
			assertThat(ex.getTrailers().get(OWN)).isEqualTo("value");
			assertThat(ex.getTrailers().get(RichStatus.PUSHBACK)).isEqualTo("250");
			GrpcErrors error = GrpcErrors.from(ex);
			assertThat(error.reason()).isEqualTo("ABORTED");
			assertThat(error.correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
			CallRecord call = this.fixture.recorder.await();
			assertThat(call.endReason()).isEqualTo(EndReason.FAILED);
			assertThat(call.exception()).isNotNull();
			assertThat(call.exceptionUnknown()).isFalse();
		}
		assertThat(trailers.keys()).containsExactlyInAnyOrder("own", "grpc-retry-pushback-ms");
	}

	@Test
	void ownErrorInfoStays() {
		com.google.rpc.Status own = com.google.rpc.Status.newBuilder()
			.setCode(Status.Code.NOT_FOUND.value())
			.setMessage("own text")
			.addDetails(Any.pack(ErrorInfo.newBuilder().setDomain("shop").setReason("NO_SUCH_PRODUCT").build()))
			.build();
		for (StatusRuntimeException ex : List.of(this.fixture.thrown(() -> StatusProto.toStatusRuntimeException(own)),
				this.fixture.onError(() -> StatusProto.toStatusRuntimeException(own)))) {
			this.fixture.recorder.await();
			GrpcErrors error = GrpcErrors.from(ex);
			assertThat(error.description()).isEqualTo("own text");
			assertThat(error.domain()).isEqualTo("shop");
			assertThat(error.reason()).isEqualTo("NO_SUCH_PRODUCT");
			assertThat(error.correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
		}
	}

	@Test
	void anUnknownStatusOfItsOwnIsNotTakenForAnException() {
		Supplier<Throwable> failure = () -> Status.UNKNOWN.withDescription("own text")
			.withCause(new NoSuchElementException())
			.asRuntimeException();
		for (StatusRuntimeException ex : List.of(this.fixture.thrown(failure), this.fixture.onError(failure))) {
			this.fixture.recorder.await();
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
			assertThat(ex.getStatus().getDescription()).isEqualTo("own text");
		}
	}

	@Test
	void violationsGoBackWithPathAndMessageInTheirOrder() {
		Set<ConstraintViolation<?>> violations = new LinkedHashSet<>();
		violations.add(violation("create.request.name", "must not be blank"));
		violations.add(violation("create.request.email", "must be an address"));
		StatusRuntimeException ex = this.fixture.thrown(() -> new ConstraintViolationException("secret", violations));
		this.fixture.recorder.await();
		assertThat(GrpcErrors.from(ex).violations()).containsExactly(
				new GrpcErrors.Violation("create.request.email", "must be an address"),
				new GrpcErrors.Violation("create.request.name", "must not be blank"));
		assertThat(GrpcErrors.from(ex).reason()).isEqualTo("INVALID_REQUEST");
	}

	private static ConstraintViolation<?> violation(String path, String message) {
		Path propertyPath = mock(Path.class);
		given(propertyPath.toString()).willReturn(path);
		ConstraintViolation<?> violation = mock(ConstraintViolation.class);
		given(violation.getPropertyPath()).willReturn(propertyPath);
		given(violation.getMessage()).willReturn(message);
		given(violation.getInvalidValue()).willThrow(new AssertionError("values are never repeated"));
		return violation;
	}

	@Test
	void theOwnMessageGoesOutOnlyForTheCodesThatSaySo() {
		ErrorServerProperties properties = new ErrorServerProperties(true, "shop",
				Map.of(java.io.IOException.class.getName(), Status.Code.INTERNAL),
				Set.of(Status.Code.NOT_FOUND, Status.Code.INTERNAL), ErrorServerProperties.Upstream.CONVERT);
		try (ErrorFixture local = new ErrorFixture(ErrorFixture.mapping(properties))) {
			assertThat(local.thrown(() -> new NoSuchElementException("no product 7")))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("no product 7");
			assertThat(local.onError(() -> new NoSuchElementException("no product 7")))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("no product 7");
			assertThat(local.thrown(() -> new NoSuchElementException()))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("not found");
			assertThat(local.thrown(() -> new IllegalStateException("secret")))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("failed precondition");
			assertThat(local.thrown(() -> new java.io.IOException("disk full")))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("disk full");
			assertThat(local.thrown(() -> new RuntimeException("secret")))
				.extracting((ex) -> ex.getStatus().getDescription())
				.isEqualTo("internal error");
		}
	}

	@Test
	void theFirstThatKnowsTheExceptionDecides() {
		ErrorServerProperties properties = new ErrorServerProperties(true, RichStatus.DEFAULT_DOMAIN,
				Map.of(RuntimeException.class.getName(), Status.Code.DATA_LOSS,
						IllegalArgumentException.class.getName(), Status.Code.OUT_OF_RANGE),
				Set.of(), ErrorServerProperties.Upstream.CONVERT);
		Metadata trailers = new Metadata();
		trailers.put(OWN, "value");
		GrpcExceptionMapper failing = (thrown) -> {
			throw new IllegalStateException("a mapper that fails is passed over");
		};
		GrpcExceptionMapper first = (thrown) -> (thrown instanceof IllegalStateException)
				? Status.ABORTED.withDescription("by mapper").asException(trailers) : null;
		GrpcExceptionMapper second = (
				thrown) -> (thrown instanceof IllegalStateException || thrown instanceof UnsupportedOperationException)
						? Status.CANCELLED.asException() : null;
		StackErrorHandlers handlers = (thrown, call) -> Status.ALREADY_EXISTS.withDescription("by handler")
			.asException();
		try (ErrorFixture local = new ErrorFixture(
				ErrorFixture.mapping(properties, List.of(handlers), failing, first, second))) {
			StatusRuntimeException mapped = local.thrown(IllegalStateException::new);
			assertThat(mapped.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
			assertThat(mapped.getStatus().getDescription()).isEqualTo("by mapper");
			assertThat(mapped.getTrailers().get(OWN)).isEqualTo("value");
			assertThat(GrpcErrors.from(mapped).reason()).isEqualTo("ABORTED");
			assertThat(GrpcErrors.from(mapped).correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
			assertThat(code(local.thrown(UnsupportedOperationException::new))).isEqualTo(Status.Code.CANCELLED);
			assertThat(code(local.thrown(NumberFormatException::new))).isEqualTo(Status.Code.OUT_OF_RANGE);
			assertThat(code(local.thrown(NoSuchElementException::new))).isEqualTo(Status.Code.DATA_LOSS);
			assertThat(code(local.onError(NoSuchElementException::new))).isEqualTo(Status.Code.DATA_LOSS);
			StatusRuntimeException handled = local.thrown(TimeoutException::new);
			assertThat(handled.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
			assertThat(handled.getStatus().getDescription()).isEqualTo("by handler");
			assertThat(code(local.thrown(Status.NOT_FOUND::asException))).isEqualTo(Status.Code.NOT_FOUND);
		}
	}

	@Test
	void anAnswerOfOkSaysNothing() {
		StatusMapping mapping = ErrorFixture.mapping(ErrorFixture.properties(), (thrown) -> Status.OK.asException());
		try (ErrorFixture local = new ErrorFixture(mapping)) {
			assertThat(code(local.thrown(NoSuchElementException::new))).isEqualTo(Status.Code.NOT_FOUND);
		}
	}

	private static Status.Code code(StatusRuntimeException ex) {
		return ex.getStatus().getCode();
	}

}
