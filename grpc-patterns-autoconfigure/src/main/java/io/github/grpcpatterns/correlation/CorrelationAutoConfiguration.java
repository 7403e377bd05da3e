package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.micrometer.context.ContextRegistry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for correlation ids, of both sides.
 */
@AutoConfiguration
@ConditionalOnPattern("grpc.patterns.correlation")
@EnableConfigurationProperties(CorrelationProperties.class)
public final class CorrelationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsCorrelationServerInterceptor")
	CorrelationServerInterceptor grpcPatternsCorrelationServerInterceptor(CorrelationProperties properties) {
		return new CorrelationServerInterceptor(properties);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsCorrelationClientInterceptor")
	CorrelationClientInterceptor grpcPatternsCorrelationClientInterceptor(CorrelationProperties properties) {
		return new CorrelationClientInterceptor(properties);
	}

	@Bean
	ActivePattern grpcPatternsCorrelationServerPattern() {
		return ActivePattern.server("correlation");
	}

	@Bean
	ActivePattern grpcPatternsCorrelationClientPattern() {
		return ActivePattern.client("correlation");
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ContextRegistry.class)
	static class ContextPropagationConfiguration {

		@Bean
		ContextRegistration grpcPatternsContextRegistration() {
			return new ContextRegistration();
		}

	}

	/**
	 * Registers the accessor for as long as the application lives.
	 */
	static final class ContextRegistration implements InitializingBean, DisposableBean {

		@Override
		public void afterPropertiesSet() {
			ContextRegistry.getInstance().registerThreadLocalAccessor(new GrpcContextThreadLocalAccessor());
		}

		@Override
		public void destroy() {
			ContextRegistry.getInstance().removeThreadLocalAccessor(GrpcContextThreadLocalAccessor.KEY);
		}

	}

}
