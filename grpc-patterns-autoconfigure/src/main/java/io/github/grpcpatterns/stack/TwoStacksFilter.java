/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.ConditionalOnPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Fails the start if both stacks would configure a server, or both would configure
 * clients.
 * <p>
 * It filters nothing, but it is the last place before beans of the two collide by name,
 * which is reported as if one had to be renamed; without a collision, both servers would
 * use the same port.
 */
final class TwoStacksFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String OURS = "io.github.grpcpatterns.stack.StackAutoConfiguration";

	private static final List<Side> SIDES = List.of(
			new Side("servers", "net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration",
					"org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration",
					"spring.grpc.server.enabled"),
			new Side("clients", "net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
					"org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
					"spring.grpc.client.enabled"));

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
		Set<@Nullable String> candidates = new HashSet<>();
		Collections.addAll(candidates, autoConfigurationClasses);
		if (candidates.contains(OURS) && on("grpc.patterns.enabled")) {
			List<Side> doubled = SIDES.stream()
				.filter((side) -> candidates.contains(side.netDevh()) && candidates.contains(side.boots())
						&& on(side.property()))
				.toList();
			if (!doubled.isEmpty()) {
				throw exception(doubled);
			}
		}
		boolean[] match = new boolean[autoConfigurationClasses.length];
		Arrays.fill(match, true);
		return match;
	}

	private static TwoStacksException exception(List<Side> doubled) {
		List<String> sides = new ArrayList<>();
		List<String> jars = new ArrayList<>();
		List<String> properties = new ArrayList<>();
		for (Side side : doubled) {
			sides.add(side.name());
			jars.add(jar(side.netDevh()));
			jars.add(jar(side.boots()));
			properties.add(side.property());
		}
		return new TwoStacksException(sides, jars, properties);
	}

	/**
	 * The name of the jar that holds a class, as far as its address tells.
	 */
	private static String jar(String type) {
		ClassLoader loader = TwoStacksFilter.class.getClassLoader();
		URL url = loader.getResource(ClassUtils.convertClassNameToResourcePath(type) + ".class");
		String path = (url != null) ? url.toString() : "";
		int end = path.lastIndexOf(".jar!/");
		return (end < 0) ? type : path.substring(path.lastIndexOf('/', end) + 1, end) + ".jar";
	}

	private boolean on(String property) {
		Environment environment = this.environment;
		return environment == null || ConditionalOnPattern.OnPattern.on(environment, property);
	}

	/**
	 * A side, server or client, that both stacks can configure.
	 *
	 * @param name the name of the side
	 * @param netDevh net.devh's auto-configuration of it
	 * @param boots Boot's auto-configuration of it
	 * @param property the property that turns off Boot's
	 */
	private record Side(String name, String netDevh, String boots, String property) {
	}

}
