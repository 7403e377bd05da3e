package io.github.grpcpatterns.validation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the validation of requests against the
 * rules in their proto files.
 *
 * @param enabled Whether to validate requests against the rules in their proto files.
 */
@ConfigurationProperties(value = ValidationServerProperties.PREFIX, ignoreUnknownFields = false)
public record ValidationServerProperties(@DefaultValue("true") boolean enabled) {

	static final String PREFIX = "grpc.patterns.server.validation";

}
