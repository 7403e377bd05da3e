package io.github.grpcpatterns.auth;

/**
 * The result of the check of a token: what it proved, or why it is refused.
 */
sealed interface TokenResult permits AcceptedToken, Refusal {

}
