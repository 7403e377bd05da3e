/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tokens for development, in the profile {@code dev} only, which is the default profile.
 * A key pair is made at start and lives as long as the process; whoever reaches the HTTP
 * port gets any token that he asks for.
 * <p>
 * In every other profile nothing of this exists, and the starter wants a real key source:
 * {@code grpc.patterns.server.auth.jwt.issuer-uri} for example.
 */
@NullMarked
package io.github.grpcpatterns.sample.dev;

import org.jspecify.annotations.NullMarked;
