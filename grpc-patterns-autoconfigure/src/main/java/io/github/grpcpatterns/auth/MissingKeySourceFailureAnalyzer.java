/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a {@link MissingKeySourceException} and its possible fixes.
 */
final class MissingKeySourceFailureAnalyzer extends AbstractFailureAnalyzer<MissingKeySourceException> {

	private static final int SHOWN = 10;

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingKeySourceException cause) {
		List<String> methods = cause.methods();
		StringBuilder description = new StringBuilder(
				"Every gRPC method requires a valid token unless it is public, and there is no source of keys to "
						+ "verify tokens with. Methods that are not public:\n\n");
		methods.stream().limit(SHOWN).forEach((method) -> description.append("    ").append(method).append('\n'));
		if (methods.size() > SHOWN) {
			description.append("    and ").append(methods.size() - SHOWN).append(" more\n");
		}
		return new FailureAnalysis(description.toString(), """
				Do one of these:

				    - configure the source of keys, with one of:
				        grpc.patterns.server.auth.jwt.issuer-uri
				        grpc.patterns.server.auth.jwt.jwk-set-uri
				        grpc.patterns.server.auth.jwt.public-key-location
				        grpc.patterns.server.auth.jwt.secret
				      (or Boot's spring.security.oauth2.resourceserver.jwt.*)
				    - define a JwtDecoder bean
				    - define a TokenVerifier bean, for opaque tokens or API keys
				    - make methods public: grpc.patterns.server.auth.public-methods
				    - disable authentication: grpc.patterns.server.auth.enabled=false
				""", cause);
	}

}
