package io.github.grpcpatterns;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches unless the pattern, or {@code grpc.patterns} as a whole, is switched off with
 * {@code enabled=false}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnPatternCondition.class)
public @interface ConditionalOnPattern {

	/**
	 * Return the prefix of the pattern's settings.
	 * @return the prefix, such as {@code grpc.patterns.server.auth};
	 * {@code grpc.patterns} for what all patterns need
	 */
	String value() default "grpc.patterns";

}
