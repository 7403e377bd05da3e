/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless the pattern, or {@code grpc.patterns} as a whole, is disabled with
 * {@code enabled=false}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(ConditionalOnPattern.OnPattern.class)
public @interface ConditionalOnPattern {

	/**
	 * Return the prefix of the pattern's settings.
	 * @return the prefix, such as {@code grpc.patterns.server.auth};
	 * {@code grpc.patterns} for what all patterns need
	 */
	String value() default "grpc.patterns";

	/**
	 * Looks at {@code grpc.patterns.enabled} and at the pattern's own {@code enabled}.
	 */
	final class OnPattern extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Map<String, @Nullable Object> attributes = Objects
				.requireNonNull(metadata.getAnnotationAttributes(ConditionalOnPattern.class.getName()));
			String prefix = (String) Objects.requireNonNull(attributes.get("value"));
			for (String property : new String[] { "grpc.patterns.enabled", prefix + ".enabled" }) {
				if (!on(context.getEnvironment(), property)) {
					return ConditionOutcome.noMatch(
							ConditionMessage.forCondition(ConditionalOnPattern.class).because(property + " is false"));
				}
			}
			return ConditionOutcome.match();
		}

		/**
		 * Return whether a switch is on, as it is where it is not set.
		 * @param environment the environment
		 * @param property the name of the switch
		 * @return whether it is
		 */
		public static boolean on(Environment environment, String property) {
			// A binder takes half a millisecond to make, and this is asked a hundred
			// times.
			return environment.getProperty(property) == null
					|| Binder.get(environment).bind(property, Boolean.class).orElse(true);
		}

	}

}
