/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs.snippets;

import java.util.List;
import java.util.Optional;

import io.github.grpcpatterns.auth.TokenVerifier;

import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;

class ApiKeyVerification {

	@Bean
	TokenVerifier apiKeys(ApiKeys keys) {
		return (token) -> keys.owner(token)
			.map((owner) -> UsernamePasswordAuthenticationToken.authenticated(owner.name(), null, owner.authorities()))
			.orElseThrow(() -> new BadCredentialsException("unknown API key"));
	}

	interface ApiKeys {

		Optional<Owner> owner(String key);

	}

	record Owner(String name, List<GrantedAuthority> authorities) {
	}

}
