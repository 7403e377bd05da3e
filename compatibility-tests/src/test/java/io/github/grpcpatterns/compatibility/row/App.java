package io.github.grpcpatterns.compatibility.row;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TestTokens;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application of the row, started as its user would start it: every auto-configuration
 * of the class path, a server of gRPC and one of HTTP on free ports, tokens with a shared
 * secret.
 */
final class App implements AutoCloseable {

	static final Map<String, String> KEYS = Map.of("grpc.patterns.server.auth.jwt.secret", TestTokens.SECRET);

	private final ConfigurableApplicationContext context;

	private final ManagedChannel channel;

	private App(ConfigurableApplicationContext context, ManagedChannel channel) {
		this.context = context;
		this.channel = channel;
	}

	/**
	 * Start it with a service, and with more settings.
	 */
	static App start(Class<?> more, String... properties) {
		ConfigurableApplicationContext context = run(WebApplicationType.SERVLET, KEYS, properties, Service.class,
				Stack.PRESENT.configuration(), more);
		return new App(context,
				Grpc.newChannelBuilder("127.0.0.1:" + Stack.PRESENT.port(context), InsecureChannelCredentials.create())
					.disableRetry()
					.build());
	}

	/**
	 * Run an application of these classes.
	 */
	static ConfigurableApplicationContext run(WebApplicationType web, Map<String, String> keys, String[] properties,
			Class<?>... sources) {
		Map<String, String> arguments = new LinkedHashMap<>(Map.of("server.port", "0", "server.address", "127.0.0.1"));
		arguments.putAll(Stack.PRESENT.properties());
		arguments.putAll(keys);
		for (String property : properties) {
			String[] pair = property.split("=", 2);
			arguments.put(pair[0], pair[1]);
		}
		return new SpringApplicationBuilder(sources).web(web)
			.bannerMode(Banner.Mode.OFF)
			.run(arguments.entrySet()
				.stream()
				.map((argument) -> "--" + argument.getKey() + "=" + argument.getValue())
				.toArray(String[]::new));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	/** A plain channel of grpc-java, without any of our interceptors. */
	Channel channel() {
		return this.channel;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Service {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		@org.springframework.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

	}

}
