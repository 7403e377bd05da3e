/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * A caller whose JWT was accepted. The token is the principal and the credentials; the
 * name is the claim {@code grpc.patterns.server.auth.jwt.principal-claim}. Immutable,
 * because it is shared by calls with the same token.
 */
public final class JwtAuthentication implements Authentication {

	private static final long serialVersionUID = 1L;

	private final Jwt jwt;

	private final String name;

	@SuppressWarnings("serial") // List.copyOf makes one that is
	private final List<GrantedAuthority> authorities;

	JwtAuthentication(Jwt jwt, String name, List<GrantedAuthority> authorities) {
		this.jwt = jwt;
		this.name = name;
		this.authorities = List.copyOf(authorities);
	}

	@Override
	public Collection<? extends GrantedAuthority> getAuthorities() {
		return this.authorities;
	}

	@Override
	public Jwt getCredentials() {
		return this.jwt;
	}

	@Override
	public @Nullable Object getDetails() {
		return null;
	}

	@Override
	public Jwt getPrincipal() {
		return this.jwt;
	}

	/**
	 * Return the name of the caller.
	 * @return the name, empty if the token has none
	 */
	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public boolean isAuthenticated() {
		return true;
	}

	/**
	 * Refuse any change.
	 * @throws IllegalArgumentException unless it changes nothing
	 */
	@Override
	public void setAuthenticated(boolean authenticated) {
		if (!authenticated) {
			throw new IllegalArgumentException("authenticated: false (expected: true, because other calls share this)");
		}
	}

	/**
	 * Without the token.
	 */
	@Override
	public String toString() {
		return "JwtAuthentication[name=" + this.name + ", authorities=" + this.authorities + "]";
	}

}
