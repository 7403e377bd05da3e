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

/**
 * The caller of the calls that a test makes through the channel of
 * {@link GrpcPatternsTest}. The one at the method counts, else the one at its class, else
 * at an enclosing class; without any, calls carry no credentials.
 * <p>
 * The caller belongs to the context, not to a thread: tests that share a context must not
 * run at the same time.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface WithGrpcCaller {

	/**
	 * Return the name of the caller.
	 * @return the principal, {@code user} by default
	 */
	String name() default "user";

	/**
	 * Return the authorities of the caller.
	 * @return the authorities with their prefix, such as {@code SCOPE_products:write}
	 */
	String[] authorities() default {};

	/**
	 * Return how long the token of the caller is valid, on the {@link PolicyClock} from
	 * the start of the test.
	 * @return a duration as in YAML, such as {@code 15m}; empty for a token without end
	 */
	String validFor() default "";

	/**
	 * Return whether calls carry no credentials.
	 * @return {@code true} to undo the annotation of the class; nothing else counts then
	 */
	boolean anonymous() default false;

}
