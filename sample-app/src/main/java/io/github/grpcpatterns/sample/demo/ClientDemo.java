/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;

import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.user.v1.UserServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusException;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The client of the command line, see the package. Not a {@code @Configuration}, so that
 * the server's component scan passes it by.
 */
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@Import(BalancedChannels.class)
public final class ClientDemo {

	/** Name of the channel, as in {@code grpc.client.sample.address}. */
	private static final String CHANNEL = "sample";

	ClientDemo() {
	}

	/**
	 * Call every method once, and some through the gateway.
	 * @param out where to tell about it
	 * @param args settings, as {@code --name=value}
	 * @return the exit code: 0 where every call went well, 1 where one did not
	 */
	public static int run(PrintStream out, String... args) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(ClientDemo.class).profiles("demo")
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF);
		try (ConfigurableApplicationContext context = application.run(args)) {
			context.getBean(ClassifierTour.class).run(out);
			context.getBean(ProductTour.class).run(out);
			context.getBean(UserTour.class).run(out);
			context.getBean(StreamTour.class).run(out);
			context.getBean(GatewayTour.class).run(out);
			return 0;
		}
		catch (StatusException ex) {
			Status status = ex.getStatus();
			out.printf("%nThe call ended with %s: %s%n", status.getCode(), status.getDescription());
			if (status.getCause() != null) {
				// "Connection refused" where the sample does not run
				out.println(status.getCause().getMessage());
			}
			return 1;
		}
		catch (IOException ex) {
			out.printf("%nThe gateway did not answer: %s%n", ex);
			return 1;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 1;
		}
	}

	@Bean
	DemoTokens demoTokens(@Value("${sample.demo.token-url}") URI url, @Value("${sample.demo.token:}") String token) {
		return new DemoTokens(url, token);
	}

	@Bean
	ClassifierTour classifierTour(GrpcChannelFactory channels) {
		return new ClassifierTour(DocumentClassifierGrpc.newBlockingV2Stub(channels.createChannel(CHANNEL)));
	}

	@Bean
	ProductTour productTour(GrpcChannelFactory channels) {
		return new ProductTour(ProductServiceGrpc.newBlockingV2Stub(channels.createChannel(CHANNEL)));
	}

	@Bean
	UserTour userTour(GrpcChannelFactory channels) {
		return new UserTour(UserServiceGrpc.newBlockingV2Stub(channels.createChannel(CHANNEL)));
	}

	@Bean
	StreamTour streamTour(GrpcChannelFactory channels) {
		return new StreamTour(channels.createChannel(CHANNEL));
	}

	@Bean
	GatewayTour gatewayTour(@Value("${sample.demo.token-url}") URI url, DemoTokens tokens) {
		return new GatewayTour(url, tokens);
	}

}
