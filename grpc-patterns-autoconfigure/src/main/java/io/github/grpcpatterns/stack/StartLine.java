/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;
import java.util.stream.Collectors;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ActivePattern.Side;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Logs one line when the servers have started: the stacks with their versions, the
 * enabled patterns in the order of their interceptors, and the executor of the servers.
 * Without a stack, nothing is logged.
 */
final class StartLine implements ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(StartLine.class);

	private final ObjectProvider<GrpcStack> stacks;

	private final ObjectProvider<ActivePattern> patterns;

	private final ObjectProvider<ServerExecutorName> executors;

	private final ApplicationContext context;

	StartLine(ObjectProvider<GrpcStack> stacks, ObjectProvider<ActivePattern> patterns,
			ObjectProvider<ServerExecutorName> executors, ApplicationContext context) {
		this.stacks = stacks;
		this.patterns = patterns;
		this.executors = executors;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		List<GrpcStack> stacks = this.stacks.stream().toList();
		if (event.getApplicationContext() == this.context && !stacks.isEmpty()) {
			logger.info("grpc-patterns on {}{}{}{}",
					stacks.stream()
						.map((stack) -> stack.name() + " " + stack.version())
						.distinct()
						.collect(Collectors.joining(" and ")),
					patterns(stacks, Side.SERVER), patterns(stacks, Side.CLIENT), executor(stacks));
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	private String executor(List<GrpcStack> stacks) {
		ServerExecutorName executor = this.executors.getIfAvailable();
		return (executor != null && serves(stacks)) ? "; executor: " + executor.name() : "";
	}

	private static boolean serves(List<GrpcStack> stacks) {
		return stacks.stream().anyMatch((stack) -> stack.side() == Side.SERVER);
	}

	private String patterns(List<GrpcStack> stacks, Side side) {
		if (stacks.stream().noneMatch((stack) -> stack.side() == side)) {
			return "";
		}
		List<String> names = this.patterns.orderedStream()
			.filter((pattern) -> pattern.side() == side)
			.map(ActivePattern::name)
			.distinct()
			.toList();
		return "; " + ((side == Side.SERVER) ? "server: " : "client: ")
				+ (names.isEmpty() ? "no pattern" : String.join(", ", names));
	}

}
