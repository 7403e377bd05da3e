/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.net.ConnectException;

import io.github.grpcpatterns.testing.PingService;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

/**
 * Tests for the hints that a native image needs.
 */
class RuntimeHintsTests {

	private static RuntimeHints hints() {
		RuntimeHints hints = new RuntimeHints();
		AotServices.factories()
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter((registrar) -> registrar.getClass().getName().startsWith("io.github.grpcpatterns."))
			.forEach((registrar) -> registrar.registerHints(hints, ClassUtils.getDefaultClassLoader()));
		return hints;
	}

	private static RuntimeHints hints(GenericApplicationContext context) {
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.example", "Application")), new InMemoryGeneratedFiles());
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		return generation.getRuntimeHints();
	}

	@Test
	void theSettingsOfEachPatternCanBeFoundAndBound() throws Exception {
		String auth = "io.github.grpcpatterns.auth.AuthServer";
		Class<?> properties = Class.forName(auth + "Properties");
		Class<?> jwt = Class.forName(auth + "Properties$Jwt");
		assertThat(resource().forResource("io/github/grpcpatterns/auth/AuthServerAutoConfiguration.class"))
			.accepts(hints());
		assertThat(resource()
			.forResource("META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports"))
			.accepts(hints());
		for (Class<?> record : new Class<?>[] { properties, jwt }) {
			assertThat(reflection().onConstructorInvocation(record.getDeclaredConstructors()[0])).accepts(hints());
		}
		assertThat(reflection().onMethodInvocation(jwt.getDeclaredMethod("secret"))).accepts(hints());
		assertThat(reflection().onFieldAccess(jwt.getDeclaredField("secret"))).accepts(hints());
	}

	@Test
	void whatIsLookedForByNameCanBeFound() throws Exception {
		assertThat(reflection().onType(Class.forName("io.github.bucket4j.Bucket"))).accepts(hints());
		assertThat(reflection().onType(Class.forName("io.grpc.stub.AbstractStub"))).accepts(hints());
		assertThat(reflection()
			.onFieldAccess(Class.forName("io.grpc.internal.ServerImpl").getDeclaredField("executorPool")))
			.accepts(hints());
		assertThat(resource().forResource("META-INF/io.netty.versions.properties")).accepts(hints());
	}

	@Test
	void theMethodsOfServicesAndTheExceptionsOfSettingsAreKept() throws Exception {
		GenericApplicationContext context = new GenericApplicationContext();
		TestPropertyValues.of("grpc.patterns.server.errors.mappings.java.net.ConnectException=UNAVAILABLE")
			.applyTo(context);
		context.registerBean(PingService.class);
		RuntimeHints hints = hints(context);
		assertThat(reflection().onType(ConnectException.class)).accepts(hints);
		assertThat(reflection().onType(PingService.class).withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
			.accepts(hints);
	}

}
