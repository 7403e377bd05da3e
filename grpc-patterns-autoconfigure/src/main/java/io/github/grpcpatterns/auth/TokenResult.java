/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

/**
 * The result of verifying a token: accepted, or the reason why it is refused.
 */
sealed interface TokenResult permits AcceptedToken, Refusal {

}
