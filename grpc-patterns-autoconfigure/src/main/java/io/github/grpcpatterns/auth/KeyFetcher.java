/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.concurrent.CompletableFuture;

import com.nimbusds.jose.jwk.JWKSet;

/**
 * Fetches the published keys.
 */
@FunctionalInterface
interface KeyFetcher {

	/**
	 * Begin to fetch, without waiting.
	 * @return completes with keys, at least one, or with what went wrong, within a few
	 * seconds
	 */
	CompletableFuture<JWKSet> fetch();

}
