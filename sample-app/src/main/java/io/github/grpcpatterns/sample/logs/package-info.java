/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The application's own log: {@code logs.v1.LogService}, a server stream that begins with
 * what is remembered and goes on with what comes. {@code LogMemory} is filled by an
 * appender of Logback; {@code LogPublisher} reads it for one stream, as fast as its
 * client does.
 */
@NullMarked
package io.github.grpcpatterns.sample.logs;

import org.jspecify.annotations.NullMarked;
