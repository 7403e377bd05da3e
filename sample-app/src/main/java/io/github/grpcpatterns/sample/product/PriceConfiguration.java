/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.Random;

import io.lettuce.core.RedisClient;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

/**
 * Sets up the prices: how they reach the streams, and how often one moves.
 */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
@EnableConfigurationProperties(PriceProperties.class)
class PriceConfiguration {

	@Bean
	@Profile("!redis")
	PriceFeed priceFeed() {
		return new InMemoryPriceFeed(System.currentTimeMillis() * InMemoryPriceFeed.STEP);
	}

	@Bean
	@Profile("redis")
	PriceFeed redisPriceFeed(RedisClient redis, PriceProperties properties) {
		return new RedisPriceFeed(redis, properties.interval());
	}

	@Bean
	PriceMover priceMover(ProductStore store, PriceFeed prices) {
		return new PriceMover(store, prices, new Random());
	}

	@Bean
	SchedulingConfigurer priceMovement(PriceMover mover, PriceProperties properties) {
		return (tasks) -> {
			if (!properties.interval().isZero()) {
				tasks.addFixedDelayTask(mover::move, properties.interval());
			}
		};
	}

}
