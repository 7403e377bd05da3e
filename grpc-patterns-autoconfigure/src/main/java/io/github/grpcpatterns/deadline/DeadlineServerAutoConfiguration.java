package io.github.grpcpatterns.deadline;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.settings.MethodPatterns;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the deadlines of the calls that are served.
 */
@AutoConfiguration
@ConditionalOnPattern(DeadlineServerProperties.PREFIX)
@EnableConfigurationProperties(DeadlineServerProperties.class)
public final class DeadlineServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsDeadlineServerInterceptor")
	DeadlineServerInterceptor grpcPatternsDeadlineServerInterceptor(DeadlineServerProperties properties) {
		return new DeadlineServerInterceptor(properties);
	}

	@Bean
	MethodPatterns grpcPatternsDeadlineServerMethods(DeadlineServerProperties properties) {
		return properties.methodOverrides().patterns();
	}

	@Bean
	@Order(ServerInterceptorOrder.DEADLINE)
	ActivePattern grpcPatternsDeadlineServerPattern() {
		return ActivePattern.server("deadline");
	}

}
