/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error.web;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.TestStack;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import org.json.JSONException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.skyscreamer.jsonassert.JSONAssert;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the problems of Spring MVC and WebFlux, over HTTP.
 */
class ProblemDetailsTests {

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void anUncaughtStatusBecomesAProblem(WebApplicationType type) throws JSONException {
		try (ConfigurableApplicationContext context = start(type, Gateway.class)) {
			HttpResponse<String> full = Http.get(context, "/full");
			assertThat(full.statusCode()).isEqualTo(400);
			assertThat(full.headers().firstValue("content-type")).hasValue("application/problem+json");
			JSONAssert.assertEquals("""
					{"status": 400, "title": "Bad Request", "detail": "the request is \\"not\\" válid",
					 "code": "INVALID_ARGUMENT", "reason": "INVALID_REQUEST", "correlationId": "abc",
					 "violations": [{"field": "name", "description": "is blank"}, {"field": "price"}]}
					""", full.body(), true);
			HttpResponse<String> bare = Http.get(context, "/code/UNAVAILABLE");
			assertThat(bare.statusCode()).isEqualTo(503);
			JSONAssert.assertEquals("""
					{"status": 503, "title": "Service Unavailable", "code": "UNAVAILABLE"}
					""", bare.body(), true);
			HttpResponse<String> cancelled = Http.get(context, "/code/CANCELLED");
			assertThat(cancelled.statusCode()).isEqualTo(499);
			JSONAssert.assertEquals("""
					{"status": 499, "title": "Client Closed Request", "code": "CANCELLED"}
					""", cancelled.body(), true);
			assertThat(Http.get(context, "/checked").statusCode()).isEqualTo(404);
			assertThat(Http.get(context, "/async").statusCode()).isEqualTo(429);
			assertThat(Http.get(context, "/nested").statusCode()).isEqualTo(403);
			assertThat(Http.get(context, "/other").statusCode()).isEqualTo(500);
			assertThat(Http.get(context, "/other").body()).doesNotContain("\"code\"");
			assertThat(Http.get(context, "/code/OK").statusCode()).isEqualTo(500);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void anExceptionHandlerOfTheApplicationComesFirst(WebApplicationType type) {
		try (ConfigurableApplicationContext context = start(type, OwnHandler.class)) {
			HttpResponse<String> response = Http.get(context, "/code/UNAVAILABLE");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("mine");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void whenSwitchedOffTheStatusIsAnErrorLikeAnyOther(WebApplicationType type) {
		try (ConfigurableApplicationContext context = start(type, Gateway.class,
				"grpc.patterns.client.problem-details.enabled=false")) {
			assertThat(Http.get(context, "/code/UNAVAILABLE").statusCode()).isEqualTo(500);
		}
	}

	@Test
	void withoutAWebApplicationThereIsNothing() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ProblemDetailsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ProblemDetailsAutoConfiguration.class));
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ProblemDetailsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("grpcPatternsProblemHandlerExceptionResolver"));
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, Class<?> application,
			String... properties) {
		return TestStack.SPRING_GRPC.startWeb(type, application, properties);
	}

	@RestController
	static class Gateway {

		@GetMapping("/code/{code}")
		String code(@PathVariable("code") Status.Code code) {
			throw code.toStatus().asRuntimeException();
		}

		@GetMapping("/full")
		String full() {
			throw StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
				.setCode(Status.Code.INVALID_ARGUMENT.value())
				.setMessage("the request is \"not\" válid")
				.addDetails(Any.pack(ErrorInfo.newBuilder().setReason("INVALID_REQUEST").build()))
				.addDetails(Any.pack(RequestInfo.newBuilder().setRequestId("abc").build()))
				.addDetails(Any.pack(BadRequest.newBuilder()
					.addFieldViolations(
							BadRequest.FieldViolation.newBuilder().setField("name").setDescription("is blank"))
					.addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("price"))
					.build()))
				.build());
		}

		@GetMapping("/checked")
		String checked() throws StatusException {
			throw Status.NOT_FOUND.asException(new Metadata());
		}

		@GetMapping("/async")
		CompletableFuture<String> async() {
			return CompletableFuture.supplyAsync(() -> {
				throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
			});
		}

		@GetMapping("/nested")
		String nested() throws Exception {
			return CompletableFuture.<String>failedFuture(Status.PERMISSION_DENIED.asRuntimeException()).get();
		}

		@GetMapping("/other")
		String other() {
			throw new IllegalArgumentException("not ours", Status.NOT_FOUND.asRuntimeException());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Gateway.class, Advice.class })
	static class OwnHandler {

	}

	@RestControllerAdvice
	static class Advice {

		@ExceptionHandler(RuntimeException.class)
		String mine() {
			return "mine";
		}

	}

}
