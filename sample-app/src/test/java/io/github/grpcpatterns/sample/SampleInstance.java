/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;

import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole application on ports of its own choice, as one of several in a cluster: they
 * trust the same key, and share what the properties let them share.
 */
public final class SampleInstance implements AutoCloseable {

	/** The key of the tokens. */
	public static final String SECRET = "a-secret-of-tests-with-at-least-32-bytes";

	private final ConfigurableApplicationContext context;

	private final ManagedChannel channel;

	private SampleInstance(ConfigurableApplicationContext context, int port) {
		this.context = context;
		this.channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().disableRetry().build();
	}

	/**
	 * Start an instance.
	 * @param properties settings, as {@code name=value}; profiles among them
	 */
	public static SampleInstance start(String... properties) {
		int port = freePort(); // the gateway wants to know it before
		List<String> arguments = new ArrayList<>(
				List.of("--server.port=0", "--grpc.server.port=" + port, "--spring.profiles.active=test",
						"--spring.jmx.enabled=false", "--grpc.patterns.server.auth.jwt.secret=" + SECRET));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.bannerMode(Banner.Mode.OFF)
			.run(arguments.toArray(String[]::new));
		return new SampleInstance(context, port);
	}

	/**
	 * Return a port that nobody uses.
	 */
	public static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return a channel whose calls carry a token of a subject that may do everything.
	 */
	public Channel channel(String subject) {
		return channel(subject, "products:write");
	}

	/**
	 * Return a channel whose calls carry a token of a subject with a scope.
	 */
	public Channel channel(String subject, String scope) {
		return ClientInterceptors.intercept(this.channel,
				MetadataUtils.newAttachHeadersInterceptor(headers(token(subject, scope))));
	}

	/**
	 * Return a channel whose calls carry nothing.
	 */
	public Channel anonymous() {
		return this.channel;
	}

	public int httpPort() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	public int grpcPort() {
		return this.context.getEnvironment().getRequiredProperty("grpc.server.port", Integer.class);
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public <T> Collection<T> beans(Class<T> type) {
		return this.context.getBeansOfType(type).values();
	}

	/**
	 * Stop the instance on a thread of its own.
	 * @return how long it takes
	 */
	public CompletableFuture<Duration> stop() {
		return CompletableFuture.supplyAsync(() -> {
			long start = System.nanoTime();
			this.context.close();
			return Duration.ofNanos(System.nanoTime() - start);
		}, (task) -> new Thread(task, "stop").start());
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.context.close();
	}

	/**
	 * Return a channel that takes calls to this instance or, when that has begun to stop,
	 * to another one.
	 */
	public Channel orElse(SampleInstance other, String subject) {
		return new Either(channel(subject), other.channel(subject));
	}

	private static Metadata headers(String token) {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
		return headers;
	}

	/**
	 * Return a token of a subject that may do everything.
	 */
	public static String token(String subject) {
		return token(subject, "products:write");
	}

	private static String token(String subject, String scope) {
		try {
			SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256),
					new JWTClaimsSet.Builder().subject(subject)
						.claim("scope", scope)
						.expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))))
						.build());
			token.sign(new MACSigner(SECRET.getBytes(StandardCharsets.UTF_8)));
			return token.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private final class Either extends Channel {

		private final Channel first;

		private final Channel second;

		Either(Channel first, Channel second) {
			this.first = first;
			this.second = second;
		}

		@Override
		public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
			boolean stops = SampleInstance.this.context.isClosed();
			return (stops ? this.second : this.first).newCall(method, options);
		}

		@Override
		public String authority() {
			return this.first.authority();
		}

	}

}
