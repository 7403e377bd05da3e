/**
 * The policy layer for gRPC on Spring Boot: what the patterns, one package each, have in
 * common.
 */
@NullMarked
package io.github.grpcpatterns;

import org.jspecify.annotations.NullMarked;
