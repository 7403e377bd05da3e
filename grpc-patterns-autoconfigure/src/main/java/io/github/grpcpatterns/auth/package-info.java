/**
 * Who calls: on the client the token that outbound calls carry.
 */
@NullMarked
package io.github.grpcpatterns.auth;

import org.jspecify.annotations.NullMarked;
