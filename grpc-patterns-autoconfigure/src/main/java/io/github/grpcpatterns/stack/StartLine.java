package io.github.grpcpatterns.stack;

import java.util.List;
import java.util.stream.Collectors;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ActivePattern.Side;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Logs one line before the servers start: the stacks with their versions and, in the
 * order of the chain, the patterns that are on. Without a stack there is no line.
 */
final class StartLine implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(StartLine.class);

	private final ObjectProvider<GrpcStack> stacks;

	private final ObjectProvider<ActivePattern> patterns;

	StartLine(ObjectProvider<GrpcStack> stacks, ObjectProvider<ActivePattern> patterns) {
		this.stacks = stacks;
		this.patterns = patterns;
	}

	@Override
	public void afterSingletonsInstantiated() {
		List<GrpcStack> stacks = this.stacks.stream().toList();
		if (!stacks.isEmpty()) {
			logger.info("grpc-patterns on {}{}{}",
					stacks.stream()
						.map((stack) -> stack.name() + " " + stack.version())
						.distinct()
						.collect(Collectors.joining(" and ")),
					patterns(stacks, Side.SERVER), patterns(stacks, Side.CLIENT));
		}
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
