/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Limits of a server's transport, and warnings about its exposure.
 * <p>
 * The limits hold for connections, below the calls, on either Netty; the stack's own
 * settings and builder customizers of the application take precedence. The warnings are
 * logged once, when a server is built: if it listens without TLS beyond loopback, if it
 * serves reflection there, and if grpc-java or Netty is older than a version without
 * published faults. Each can fail the start instead.
 */
@NullMarked
package io.github.grpcpatterns.transport;

import org.jspecify.annotations.NullMarked;
