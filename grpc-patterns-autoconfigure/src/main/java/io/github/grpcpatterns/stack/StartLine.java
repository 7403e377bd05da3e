package io.github.grpcpatterns.stack;

import java.util.Comparator;
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
 * Logs one line when the servers have started: the stacks with their versions, in the
 * order of the chain the patterns that are on, and the executor of the servers. Without a
 * stack there is no line.
 */
final class StartLine implements ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(StartLine.class);

	private static final List<String> CHAIN = List.of("correlation", "logging", "metrics", "shutdown", "auth",
			"rate-limit", "deadline", "stream", "validation", "errors", "executor", "transport");

	private static final List<String> CLIENT_CHAIN = List.of("correlation", "logging", "metrics", "deadline", "retry",
			"auth");

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
					patterns(stacks, Side.SERVER, CHAIN), patterns(stacks, Side.CLIENT, CLIENT_CHAIN),
					executor(stacks));
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

	private String patterns(List<GrpcStack> stacks, Side side, List<String> chain) {
		if (stacks.stream().noneMatch((stack) -> stack.side() == side)) {
			return "";
		}
		List<String> names = this.patterns.stream()
			.filter((pattern) -> pattern.side() == side)
			.map(ActivePattern::name)
			.distinct()
			.sorted(Comparator.<String>comparingInt((name) -> place(chain, name)).thenComparing(name -> name))
			.toList();
		return "; " + ((side == Side.SERVER) ? "server: " : "client: ")
				+ (names.isEmpty() ? "no pattern" : String.join(", ", names));
	}

	private static int place(List<String> chain, String name) {
		int index = chain.indexOf(name);
		return (index >= 0) ? index : chain.size();
	}

}
