package io.github.grpcpatterns.internal.call;

import java.util.concurrent.Executor;

/**
 * The executor on which the handlers of this process run, where it is known. A bean of
 * this type tells the guards of calls where to run the code of users that no callback of
 * the transport runs: cancel handlers, readiness, drain tasks.
 *
 * @param executor the executor, which the application may have bounded
 */
public record HandlerExecutor(Executor executor) {
}
