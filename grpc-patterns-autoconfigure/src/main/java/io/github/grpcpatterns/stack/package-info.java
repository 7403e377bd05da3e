/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The adapters to the gRPC stacks: net.devh's starter and Boot's own gRPC.
 * <p>
 * An adapter passes every service through
 * {@link io.github.grpcpatterns.internal.call.RegisteredMethods} before the stack hands
 * it to a server, tells which
 * {@link io.github.grpcpatterns.internal.call.ChainInterceptors interceptors} the stack
 * binds, notices when a server {@link io.github.grpcpatterns.stack.BuiltServers is
 * built}, runs the {@link io.github.grpcpatterns.ServerBuilderHook hooks} on the builder
 * of every server, before the customizers of the application, and notifies the
 * {@link io.github.grpcpatterns.stack.ServerLifecycleListener listeners} when a server
 * starts and stops. If the application gives the stack an executor, the adapter
 * {@link io.github.grpcpatterns.stack.StackExecutor knows} it. The interceptors need no
 * adapter: they carry the marker annotations of both stacks.
 */
@NullMarked
package io.github.grpcpatterns.stack;

import org.jspecify.annotations.NullMarked;
