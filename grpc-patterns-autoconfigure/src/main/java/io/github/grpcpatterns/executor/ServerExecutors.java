/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.lang.reflect.Field;
import java.util.concurrent.Executor;

import io.github.grpcpatterns.stack.ServerExecutorName;
import io.github.grpcpatterns.stack.ServerLifecycleListener;
import io.grpc.Server;
import io.grpc.internal.FixedObjectPool;
import org.jspecify.annotations.Nullable;

import org.springframework.context.Lifecycle;

/**
 * The effective executors of this process's servers: a customizer of the application may
 * have replaced ours.
 */
final class ServerExecutors implements ServerLifecycleListener, ServerExecutorName {

	/** What every builder of grpc-java builds. */
	static final String SERVER = "io.grpc.internal.ServerImpl";

	static final String POOL = "executorPool";

	private final ChosenExecutor chosen;

	/** We gave the chosen one to a builder. */
	private volatile boolean given;

	private volatile boolean replaced;

	ServerExecutors(ChosenExecutor chosen) {
		this.chosen = chosen;
	}

	void given() {
		this.given = true;
	}

	@Override
	public void started(Server server, Lifecycle lifecycle) {
		Executor executor = executor(server);
		if (executor != null && executor != this.chosen.executor() && !(executor instanceof EarlyAdmission)) {
			this.replaced = true;
		}
	}

	@Override
	public void stopping(Server server) {
	}

	@Override
	public String name() {
		return this.replaced ? ChosenExecutor.APPLICATION : (this.given ? this.chosen : ChosenExecutor.STACK).name();
	}

	/**
	 * Return the executor that a builder was given, as nothing public tells.
	 * @return the executor, or {@code null} where it is grpc-java's own or cannot be seen
	 */
	private static @Nullable Executor executor(Server server) {
		try {
			Field pool = server.getClass().getDeclaredField(POOL);
			pool.setAccessible(true);
			return (pool.get(server) instanceof FixedObjectPool<?> fixed
					&& fixed.getObject() instanceof Executor executor) ? executor : null;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return null;
		}
	}

}
