/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TestTokens;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application of the row, started as its user would start it: every auto-configuration
 * of the class path, a server of gRPC on a free port of loopback, tokens with a shared
 * secret.
 */
final class App implements AutoCloseable {

	static final String KEYS = "grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET;

	static final String PING = "grpcpatterns.testing.v1.PingService/";

	private final ConfigurableApplicationContext context;

	private final List<ManagedChannel> channels = new ArrayList<>();

	private App(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start it with these services and beans.
	 */
	static App start(Class<?> configuration, String... properties) {
		return new App(run(Run.servlet() ? WebApplicationType.SERVLET : WebApplicationType.NONE,
				new Class<?>[] { Stack.PRESENT.configuration(), configuration },
				Stream.concat(Stream.of(KEYS), Stream.of(properties)).toArray(String[]::new)));
	}

	/**
	 * Start it with a server of HTTP too.
	 */
	static App startWeb(Class<?> configuration, String... properties) {
		return new App(run(WebApplicationType.SERVLET, new Class<?>[] { Stack.PRESENT.configuration(), configuration },
				Stream.concat(Stream.of(KEYS), Stream.of(properties)).toArray(String[]::new)));
	}

	/**
	 * Run an application of these classes.
	 */
	static ConfigurableApplicationContext run(WebApplicationType web, Class<?>[] sources, String... properties) {
		Map<String, String> arguments = new LinkedHashMap<>(Map.of("server.port", "0", "server.address", "127.0.0.1"));
		arguments.putAll(Stack.PRESENT.properties());
		for (String property : properties) {
			String[] pair = property.split("=", 2);
			arguments.put(pair[0], pair[1]);
		}
		return new SpringApplicationBuilder(sources).sources(AutoConfigured.class)
			.web(web)
			.bannerMode(Banner.Mode.OFF)
			.run(arguments.entrySet()
				.stream()
				.map((argument) -> "--" + argument.getKey() + "=" + argument.getValue())
				.toArray(String[]::new));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	int port() {
		return Stack.PRESENT.port(this.context);
	}

	/** A new connection of plain grpc-java, without any of our interceptors. */
	ManagedChannel channel() {
		return channel(port());
	}

	ManagedChannel channel(int port) {
		ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
			.disableRetry()
			.build();
		this.channels.add(channel);
		return channel;
	}

	/** The same, with these headers on every call. */
	Channel channel(Metadata headers) {
		return io.grpc.ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	/** The same, with the token of a subject. */
	Channel as(String subject) {
		return channel(TestTokens.headers(subject));
	}

	/** A channel of the row's own client, with the patterns of the client. */
	Channel client(int port) {
		return Stack.PRESENT.channel(this.context, port);
	}

	@Override
	public void close() {
		this.channels.forEach(ManagedChannel::shutdownNow);
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AutoConfigured {

	}

	@Configuration(proxyBeanMethods = false)
	static class Ping {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		@org.springframework.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

	}

}
