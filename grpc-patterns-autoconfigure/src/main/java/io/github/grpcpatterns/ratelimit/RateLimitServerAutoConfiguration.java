/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.nio.charset.StandardCharsets;

import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.status.RichStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the rate limits of a server. With a Bucket4j
 * {@code ProxyManager} bean, whose keys are strings or bytes, all instances share the
 * rates.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern(RateLimitServerProperties.PREFIX)
@EnableConfigurationProperties(RateLimitServerProperties.class)
public final class RateLimitServerAutoConfiguration {

	@Bean
	MethodPatterns grpcPatternsRateLimitServerMethods(RateLimitServerProperties properties) {
		return properties.methodOverrides().patterns();
	}

	/**
	 * The beans that require Bucket4j and Caffeine.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "io.github.bucket4j.Bucket", "com.github.benmanes.caffeine.cache.Caffeine" })
	static final class BucketConfiguration {

		@Bean
		CallLimiters grpcPatternsRateLimitServerLimiters(RateLimitServerProperties properties, CallTimer timer,
				Environment environment, ObjectProvider<ProxyManager<String>> strings,
				ObjectProvider<ProxyManager<byte[]>> bytes) {
			return new CallLimiters(properties, timer, environment.getProperty("spring.application.name", ""),
					shared(strings, bytes));
		}

		private static @Nullable ProxyManager<String> shared(ObjectProvider<ProxyManager<String>> strings,
				ObjectProvider<ProxyManager<byte[]>> bytes) {
			ProxyManager<String> shared = strings.getIfAvailable();
			if (shared != null) {
				return shared;
			}
			ProxyManager<byte[]> raw = bytes.getIfAvailable();
			return (raw != null) ? raw.withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8)) : null;
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsRateLimitServerInterceptor")
		RateLimitServerInterceptor grpcPatternsRateLimitServerInterceptor(CallLimiters limiters,
				RichStatus richStatus) {
			return new RateLimitServerInterceptor(limiters, richStatus);
		}

		@Bean
		@Nullable Admission<?> grpcPatternsRateLimitServerAdmission(ObjectProvider<RateLimitServerInterceptor> interceptor) {
			RateLimitServerInterceptor ours = interceptor.getIfAvailable();
			return (ours != null) ? ours.admission() : null;
		}

		@Bean
		@Order(ServerInterceptorOrder.RATE_LIMIT)
		@Nullable ActivePattern grpcPatternsRateLimitServerPattern(RateLimitServerProperties properties) {
			return properties.limits() ? ActivePattern.server("rate-limit") : null;
		}

	}

}
