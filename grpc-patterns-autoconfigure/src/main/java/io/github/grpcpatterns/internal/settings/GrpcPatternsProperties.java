package io.github.grpcpatterns.internal.settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for all patterns together.
 *
 * @param enabled Whether to apply any pattern at all.
 * @param unmatchedMethods What to do on startup if a method pattern of a server setting
 * matches no registered method.
 */
@ConfigurationProperties("grpc.patterns")
public record GrpcPatternsProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("fail") UnmatchedMethods unmatchedMethods) {

	/**
	 * What to do if a method pattern matches no method.
	 */
	public enum UnmatchedMethods {

		/** Fail the start. */
		FAIL,

		/** Log a warning. */
		WARN

	}

}
