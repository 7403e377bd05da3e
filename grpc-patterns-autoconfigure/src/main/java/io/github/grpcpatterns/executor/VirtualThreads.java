/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.concurrent.Executor;

import io.github.grpcpatterns.executor.ExecutorServerProperties.Virtual;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * The virtual threads of this process, if they are enabled. Not an {@code Executor}
 * itself, because a bean of that type would replace Spring Boot's own.
 *
 * @param executor an executor that starts a virtual thread for each task, or {@code null}
 * where handlers run on platform threads
 */
record VirtualThreads(@Nullable Executor executor) {

	private static final Logger logger = LoggerFactory.getLogger(VirtualThreads.class);

	private static final int FIRST_RELEASE = 21;

	/** <a href="https://openjdk.org/jeps/491">JEP 491</a>. */
	private static final int FIRST_RELEASE_WITHOUT_PINNING = 24;

	/**
	 * Return the virtual threads according to the settings.
	 * @param wanted the setting
	 * @param environment the environment with Spring Boot's own setting
	 * @param release the release of the JDK
	 * @return the virtual threads, none where they are off
	 * @throws SettingException if the setting requires them on a JDK without virtual
	 * threads
	 */
	static VirtualThreads of(Virtual wanted, Environment environment, int release) {
		if (!on(wanted, environment, release)) {
			return new VirtualThreads(null);
		}
		if (release < FIRST_RELEASE_WITHOUT_PINNING) {
			logger.warn(
					"Calls run on virtual threads of Java {}, where a handler that blocks in a synchronized block or "
							+ "method pins its carrier thread. Use Java {} or " + "later, or set '{}.virtual=off'.",
					release, FIRST_RELEASE_WITHOUT_PINNING, ExecutorServerProperties.PREFIX);
		}
		return new VirtualThreads(new VirtualThreadTaskExecutor("grpc-virtual-"));
	}

	private static boolean on(Virtual wanted, Environment environment, int release) {
		return switch (wanted) {
			case OFF -> false;
			case AUTO -> release >= FIRST_RELEASE
					&& environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false);
			case ON -> {
				if (release < FIRST_RELEASE) {
					throw new SettingException(ExecutorServerProperties.PREFIX + ".virtual", "on",
							"Needs Java " + FIRST_RELEASE + " or later, and this is Java " + release + ".");
				}
				yield true;
			}
		};
	}

}
