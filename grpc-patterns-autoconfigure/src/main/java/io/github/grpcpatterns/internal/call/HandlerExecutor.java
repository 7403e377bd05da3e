/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.concurrent.Executor;

/**
 * The executor on which the handlers of this process run, if it is known. A bean of this
 * type lets the guards of calls run application code there that no callback of the
 * transport runs: cancel handlers, readiness, drain tasks.
 *
 * @param executor the executor, which the application may have bounded
 */
public record HandlerExecutor(Executor executor) {
}
