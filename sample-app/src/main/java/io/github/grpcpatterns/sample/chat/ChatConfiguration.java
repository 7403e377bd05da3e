/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.chat;

import io.lettuce.core.RedisClient;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Chooses how far a room reaches.
 */
@Configuration(proxyBeanMethods = false)
class ChatConfiguration {

	@Bean
	@Profile("!redis")
	Rooms rooms() {
		return new InMemoryRooms();
	}

	@Bean
	@Profile("redis")
	Rooms redisRooms(RedisClient redis) {
		return new RedisRooms(redis);
	}

}
