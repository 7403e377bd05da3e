/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The executor on which the handlers of a server run.
 * <p>
 * Handlers run on virtual threads, on an executor bean of the application, or on the
 * stack's executor. If that executor is known, policies decide about a call before it
 * waits there ({@link io.github.grpcpatterns.internal.call.Admission}), so that refused
 * calls are answered even while handlers occupy every thread:
 * <table>
 * <caption>Executor of a call</caption>
 * <tr>
 * <th>decision</th>
 * <th>the chain and the handler run on</th>
 * </tr>
 * <tr>
 * <td>admitted, or not decided before the queue</td>
 * <td>the executor of the application</td>
 * </tr>
 * <tr>
 * <td>refused</td>
 * <td>an executor of ours, up to the policy that refuses</td>
 * </tr>
 * <tr>
 * <td>rejected by the executor</td>
 * <td>an executor of ours, without the handler</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.executor;

import org.jspecify.annotations.NullMarked;
