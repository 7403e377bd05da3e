/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.ServerBuilder;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Configures a server's executor of handlers, and the policies that decide before a call
 * waits for one of its threads.
 */
final class ExecutorHook implements ServerBuilderHook {

	/** Of threads that have nothing to do. */
	private static final long KEEP_ALIVE_SECONDS = 1;

	private final ChosenExecutor chosen;

	private final ServerExecutors servers;

	private final CallTimer timer;

	private final ObjectProvider<Admission<?>> policies;

	private final RegisteredMethods methods;

	private final RichStatus richStatus;

	private final Executor computing = computing(Runtime.getRuntime().availableProcessors());

	ExecutorHook(ChosenExecutor chosen, ServerExecutors servers, CallTimer timer, ObjectProvider<Admission<?>> policies,
			RegisteredMethods methods, RichStatus richStatus) {
		this.chosen = chosen;
		this.servers = servers;
		this.timer = timer;
		this.policies = policies;
		this.methods = methods;
		this.richStatus = richStatus;
	}

	@Override
	public void customize(ServerBuilder<?> builder) {
		Executor executor = this.chosen.executor();
		if (executor == null) {
			return;
		}
		if (this.chosen.queues() && !isServlet(builder)) {
			EarlyAdmission admission = new EarlyAdmission(executor, this.timer.executor(), this.computing,
					this.policies.orderedStream().toArray(Admission<?>[]::new), this.methods, this.richStatus);
			builder.callExecutor(admission).addStreamTracerFactory(admission);
			executor = admission;
		}
		builder.executor(executor);
		this.servers.given();
	}

	/**
	 * A container calls on threads that block, and may have a context in them.
	 */
	private static boolean isServlet(ServerBuilder<?> builder) {
		return builder.getClass().getName().startsWith("io.grpc.servlet.");
	}

	/**
	 * An executor for what keeps a processor busy: more threads than processors would
	 * only slow the calls down that were admitted.
	 */
	private static Executor computing(int threads) {
		AtomicInteger number = new AtomicInteger();
		ThreadPoolExecutor executor = new ThreadPoolExecutor(threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "grpc-patterns-admission-" + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

}
