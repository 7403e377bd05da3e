/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The services for those who speak HTTP: REST with JSON, and events for what streams
 * ({@code text/event-stream}). The gateway is a client of the gRPC server like any other.
 * It passes on the {@code Authorization} of its caller, so the server judges who may do
 * what; and what a call ends with becomes a problem (RFC 9457) with the status that the
 * starter's table has for it.
 */
@NullMarked
package io.github.grpcpatterns.sample.gateway;

import org.jspecify.annotations.NullMarked;
