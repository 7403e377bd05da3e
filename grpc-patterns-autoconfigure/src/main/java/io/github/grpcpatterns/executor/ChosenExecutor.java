/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.concurrent.Executor;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.StackExecutor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;

/**
 * The executor on which the handlers run.
 *
 * @param name how the line at the start calls it
 * @param executor the executor, or {@code null} where the stack decides
 * @param queues whether a call may have to wait for a thread of it
 */
record ChosenExecutor(String name, @Nullable Executor executor, boolean queues) {

	/** How the line at the start calls an executor that the application chose. */
	static final String APPLICATION = "the application's";

	static final ChosenExecutor STACK = new ChosenExecutor("the stack's own", null, false);

	/**
	 * Choose.
	 * @param settings the settings
	 * @param virtual the virtual threads
	 * @param stack the executor that the application gives the stack, or {@code null}
	 * @param beans where the executor bean is
	 * @return the executor
	 * @throws SettingException if there is no such bean
	 */
	static ChosenExecutor of(ExecutorServerProperties settings, VirtualThreads virtual, @Nullable StackExecutor stack,
			BeanFactory beans) {
		String bean = settings.bean();
		Executor named = (bean != null) ? named(bean, beans) : null;
		Executor given = (stack != null) ? stack.executor() : null;
		if (given != null) {
			return new ChosenExecutor(APPLICATION, given, true);
		}
		if (named != null) {
			return new ChosenExecutor("bean '" + bean + "'", named, true);
		}
		if (virtual.executor() != null) {
			return new ChosenExecutor("virtual threads", virtual.executor(), false);
		}
		return STACK;
	}

	private static Executor named(String name, BeanFactory beans) {
		if (!beans.containsBean(name)) {
			throw new SettingException(ExecutorServerProperties.PREFIX + ".bean", name,
					"There is no bean of this name.");
		}
		if (!beans.isTypeMatch(name, Executor.class)) {
			throw new SettingException(ExecutorServerProperties.PREFIX + ".bean", name,
					"Is a bean, but not a java.util.concurrent.Executor.");
		}
		return beans.getBean(name, Executor.class);
	}

}
