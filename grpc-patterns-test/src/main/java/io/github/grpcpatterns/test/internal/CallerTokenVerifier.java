/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.grpcpatterns.auth.TokenVerifier;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * Knows the tokens of the test's callers, and asks the application about others.
 */
public final class CallerTokenVerifier implements TokenVerifier {

	private final Caller caller;

	private final ManualTimer timer;

	private final ObjectProvider<TokenVerifier> verifiers;

	public CallerTokenVerifier(Caller caller, ManualTimer timer, ObjectProvider<TokenVerifier> verifiers) {
		this.caller = caller;
		this.timer = timer;
		this.verifiers = verifiers;
	}

	@Override
	public Authentication verify(String token) {
		Caller.Identity identity = this.caller.of(token);
		if (identity != null) {
			return authentication(identity, token);
		}
		return this.verifiers.stream()
			.filter((verifier) -> verifier != this)
			.findFirst()
			.orElseThrow(() -> new BadCredentialsException("a token of no caller of the test"))
			.verify(token);
	}

	private Authentication authentication(Caller.Identity identity, String token) {
		List<GrantedAuthority> authorities = AuthorityUtils.createAuthorityList(identity.authorities());
		Instant since = identity.since();
		Duration validFor = identity.validFor();
		@Nullable Object credentials = null;
		if (since != null && validFor != null) {
			Instant until = since.plus(validFor);
			if (!this.timer.instant().isBefore(until)) {
				throw new CredentialsExpiredException("the token of the test's caller has expired");
			}
			credentials = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, token, since, until);
		}
		return new TestingAuthenticationToken(identity.name(), credentials, authorities);
	}

}
