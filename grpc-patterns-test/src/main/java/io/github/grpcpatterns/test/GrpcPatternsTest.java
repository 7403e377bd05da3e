/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.annotation.AliasFor;

/**
 * A test of the application with its whole chain of policies, over an in-process
 * transport. It opens no gRPC port and needs no key source; it is a
 * {@link SpringBootTest} otherwise.
 * <p>
 * The context has these beans more: an {@link io.grpc.Channel} to the server, a
 * {@link PolicyClock} on which every policy runs, a {@link CallRecorder} and
 * {@link EffectivePolicies}. Calls through the channel carry the caller of
 * {@link WithGrpcCaller}, and no credentials without one. Tokens that others send are
 * judged by the application's {@code TokenVerifier} bean, and refused as
 * {@code TOKEN_INVALID} without one: keys of the application are not used.
 * <p>
 * Policies that grpc-java runs itself, such as a deadline that the client sets, run on
 * real time. Settings of the transport do not apply in-process.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@SpringBootTest
public @interface GrpcPatternsTest {

	/**
	 * Return the properties of this test, {@code key=value}.
	 * @return the properties, for example
	 * {@code grpc.patterns.server.stream.idle-timeout=30s}
	 * @see SpringBootTest#properties()
	 */
	@AliasFor(annotation = SpringBootTest.class)
	String[] properties() default {};

	/**
	 * Return the configuration of the context.
	 * @return the classes; none for the application's own
	 * @see SpringBootTest#classes()
	 */
	@AliasFor(annotation = SpringBootTest.class)
	Class<?>[] classes() default {};

	/**
	 * Return whether the context has a server of HTTP.
	 * @return the environment; none opens a port by default
	 * @see SpringBootTest#webEnvironment()
	 */
	@AliasFor(annotation = SpringBootTest.class)
	SpringBootTest.WebEnvironment webEnvironment() default SpringBootTest.WebEnvironment.MOCK;

}
