/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error.web;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@link ConfigurationProperties Properties} for the responses of controllers whose calls
 * fail.
 *
 * @param enabled Whether to answer an HTTP request with an RFC 9457 problem if the
 * exception of a failed gRPC call is not caught.
 */
@ConfigurationProperties(value = ProblemDetailsProperties.PREFIX, ignoreUnknownFields = false)
public record ProblemDetailsProperties(@DefaultValue("true") boolean enabled) {

	static final String PREFIX = "grpc.patterns.client.problem-details";

}
