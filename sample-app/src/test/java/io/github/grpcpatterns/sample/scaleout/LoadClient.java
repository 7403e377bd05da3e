/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import io.github.grpcpatterns.auth.TokenSupplier;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.demo.BalancedChannels;
import io.grpc.Channel;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * An application with the starter that only calls, with the demo client's settings.
 */
final class LoadClient implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	LoadClient(String target) {
		this.context = new SpringApplicationBuilder(Application.class).profiles("demo")
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.run("--grpc.client.sample.address=" + target,
					// what fails is in the table
					"--logging.level.grpc.patterns.client=error");
	}

	Channel channel() {
		return this.context.getBean(GrpcChannelFactory.class).createChannel("sample");
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** Not a {@code @Configuration}, so that the server's scan passes it by. */
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	@Import(BalancedChannels.class)
	static class Application {

		@Bean
		TokenSupplier token() {
			String token = SampleInstance.token("load");
			return (method) -> token;
		}

	}

}
