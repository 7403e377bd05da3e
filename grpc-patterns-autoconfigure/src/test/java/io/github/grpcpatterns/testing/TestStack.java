/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * The stacks as an application meets them: every auto-configuration of the class path, a
 * {@link PingService} that everyone may call, and a real server on a loopback port. The
 * respective other stack is switched off.
 */
public enum TestStack {

	/** net.devh's starter on shaded Netty. */
	NET_DEVH(Map.of("grpc.server.address", "127.0.0.1", "grpc.server.port", "0", "spring.grpc.server.enabled", "false",
			"spring.grpc.client.enabled", "false")),

	/** Boot's own gRPC on unshaded Netty. */
	SPRING_GRPC(Map.of("spring.grpc.server.address", "127.0.0.1", "spring.grpc.server.port", "0",
			"spring.autoconfigure.exclude", netDevhAutoConfigurations()));

	/** Boot's module is there for its decoder, without the classes of Spring Security. */
	private static final String WITHOUT_SPRING_SECURITY = Stream
		.of("web.OAuth2ResourceServerWebSecurity", "web.reactive.ReactiveOAuth2ResourceServerWebSecurity",
				"OAuth2ResourceServer", "reactive.ReactiveOAuth2ResourceServer")
		.map((name) -> "org.springframework.boot.security.oauth2.server.resource.autoconfigure." + name
				+ "AutoConfiguration")
		.collect(Collectors.joining(","));

	private final Map<String, String> properties;

	TestStack(Map<String, String> properties) {
		this.properties = properties;
	}

	/**
	 * Return a runner of contexts with this stack.
	 */
	public ApplicationContextRunner runner() {
		ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("grpc.patterns.server.auth.public-methods=*")
			.withPropertyValues(this.properties.entrySet()
				.stream()
				.map((property) -> property.getKey() + "=" + property.getValue())
				.toArray(String[]::new));
		return (this == SPRING_GRPC) ? runner.withClassLoader(new FilteredClassLoader("io.grpc.netty.shaded")) : runner;
	}

	/**
	 * Start the application with a server of HTTP too, on a port of its own choice, that
	 * {@code local.server.port} tells.
	 */
	public ConfigurableApplicationContext startWeb(WebApplicationType type, Class<?> more, String... properties) {
		ClassLoader loader = (this == SPRING_GRPC) ? new FilteredClassLoader("io.grpc.netty.shaded")
				: getClass().getClassLoader();
		Thread thread = Thread.currentThread();
		ClassLoader previous = thread.getContextClassLoader();
		thread.setContextClassLoader(loader);
		try {
			Map<String, String> arguments = new LinkedHashMap<>(Map.of("server.port", "0", "server.address",
					"127.0.0.1", "grpc.patterns.server.auth.public-methods", "*"));
			arguments.putAll(this.properties);
			arguments.merge("spring.autoconfigure.exclude", WITHOUT_SPRING_SECURITY,
					(theirs, ours) -> theirs + "," + ours);
			for (String property : properties) {
				String[] pair = property.split("=", 2);
				arguments.put(pair[0], pair[1]);
			}
			return new SpringApplicationBuilder(Application.class, more)
				.resourceLoader(new DefaultResourceLoader(loader))
				.web(type)
				.bannerMode(Banner.Mode.OFF)
				.run(arguments.entrySet()
					.stream()
					.map((argument) -> "--" + argument.getKey() + "=" + argument.getValue())
					.toArray(String[]::new));
		}
		finally {
			thread.setContextClassLoader(previous);
		}
	}

	/**
	 * Run with a started context and a plaintext channel to its server.
	 */
	public void run(ApplicationContextRunner runner, BiConsumer<ApplicationContext, ManagedChannel> test) {
		runner.run((context) -> {
			if (context.getStartupFailure() != null) {
				throw new AssertionError("the context did not start", context.getStartupFailure());
			}
			ManagedChannel channel = channel(context);
			try {
				test.accept(context, channel);
			}
			finally {
				channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
			}
		});
	}

	/**
	 * Return a plaintext channel to the server of a context, for the caller to shut down.
	 */
	public static ManagedChannel channel(ApplicationContext context) {
		return NettyChannelBuilder.forAddress("127.0.0.1", server(context).getPort())
			.usePlaintext()
			.disableRetry()
			.build();
	}

	/**
	 * Return the server that listens on a port.
	 */
	public static Server server(ApplicationContext context) {
		return context.getBean(StartedServers.class).servers.stream()
			.filter((server) -> server.getPort() > 0)
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Return every server that was started, the first one first.
	 */
	public static List<Server> servers(ApplicationContext context) {
		return context.getBean(StartedServers.class).servers;
	}

	private static String netDevhAutoConfigurations() {
		return Stream
			.of("server.autoconfigure.GrpcAdvice", "server.autoconfigure.GrpcHealthService",
					"server.autoconfigure.GrpcReflectionService", "server.autoconfigure.GrpcServer",
					"server.autoconfigure.GrpcServerFactory", "server.autoconfigure.GrpcServerMetric",
					"server.autoconfigure.GrpcServerMicrometerTrace", "server.autoconfigure.GrpcServerSecurity",
					"client.autoconfigure.GrpcClient", "client.autoconfigure.GrpcClientMetric",
					"client.autoconfigure.GrpcClientHealth", "client.autoconfigure.GrpcClientMicrometerTrace",
					"client.autoconfigure.GrpcClientSecurity", "client.autoconfigure.GrpcDiscoveryClient")
			.map((name) -> "net.devh.boot.grpc." + name + "AutoConfiguration")
			.collect(Collectors.joining(","));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@GrpcService
		PingService pingService() {
			return new PingService();
		}

		@Bean
		StartedServers startedServers() {
			return new StartedServers();
		}

	}

	private static final class StartedServers implements ApplicationListener<ApplicationEvent> {

		private final List<Server> servers = new CopyOnWriteArrayList<>();

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (event instanceof GrpcServerStartedEvent started) {
				this.servers.add(started.getServer());
			}
			if (event instanceof net.devh.boot.grpc.server.event.GrpcServerStartedEvent started) {
				this.servers.add(started.getServer());
			}
		}

	}

}
