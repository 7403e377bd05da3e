/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.redis;

import java.time.Duration;

import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Connects to Redis in the profile {@code redis}. It has to be there when the application
 * starts, so that a wrong address is noticed; after that it may go and come back.
 */
@Configuration(proxyBeanMethods = false)
@Profile("redis")
@EnableConfigurationProperties(RedisProperties.class)
class RedisConfiguration {

	@Bean(destroyMethod = "shutdown")
	RedisClient redisClient(RedisProperties properties) {
		RedisURI uri = RedisURI.create(properties.url());
		uri.setTimeout(properties.timeout());
		RedisClient client = RedisClient.create(uri);
		// While Redis is away nothing waits for it: commands that were kept would be
		// about
		// calls that are long over
		client.setOptions(ClientOptions.builder().disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS).build());
		return client;
	}

	/**
	 * The starter finds it, and counts the calls of all instances together. A bucket that
	 * is full again says nothing, so it may be forgotten.
	 */
	@Bean
	ProxyManager<String> rateLimits(RedisClient redis) {
		return Bucket4jLettuce.casBasedBuilder(redis.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)))
			.expirationAfterWrite(
					ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofMinutes(1)))
			.build();
	}

}
