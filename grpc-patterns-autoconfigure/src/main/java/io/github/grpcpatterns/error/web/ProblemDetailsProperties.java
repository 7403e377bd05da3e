package io.github.grpcpatterns.error.web;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the answers of controllers whose calls
 * fail.
 *
 * @param enabled Whether to answer HTTP requests with a problem of RFC 9457 where a gRPC
 * call failed and nobody caught its exception.
 */
@ConfigurationProperties(value = ProblemDetailsProperties.PREFIX, ignoreUnknownFields = false)
public record ProblemDetailsProperties(@DefaultValue("true") boolean enabled) {

	static final String PREFIX = "grpc.patterns.client.problem-details";

}
