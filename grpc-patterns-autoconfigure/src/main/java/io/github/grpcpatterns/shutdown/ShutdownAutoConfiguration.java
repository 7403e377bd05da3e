package io.github.grpcpatterns.shutdown;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.grpc.protobuf.services.HealthStatusManager;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the shutdown of servers.
 */
@AutoConfiguration(afterName = "io.github.grpcpatterns.internal.call.CallAutoConfiguration")
@ConditionalOnPattern(ShutdownProperties.PREFIX)
@EnableConfigurationProperties(ShutdownProperties.class)
public final class ShutdownAutoConfiguration {

	@Bean
	ServerDrain grpcPatternsServerDrain(ShutdownProperties properties, LiveCalls calls,
			ObjectProvider<HealthSwitch> health) {
		return new ServerDrain(properties, calls, health);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsShutdownListener")
	ApplicationListener<ContextClosedEvent> grpcPatternsShutdownListener(ServerDrain drain,
			ApplicationContext context) {
		return new ClosedListener(drain, context);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsShutdownServerInterceptor")
	ShutdownServerInterceptor grpcPatternsShutdownServerInterceptor(ServerDrain drain) {
		return new ShutdownServerInterceptor(drain);
	}

	@Bean
	@Order(ServerInterceptorOrder.SHUTDOWN)
	ActivePattern grpcPatternsShutdownServerPattern() {
		return ActivePattern.server("shutdown");
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.protobuf.services.HealthStatusManager")
	static class HealthConfiguration {

		/**
		 * Each of them, whoever made it.
		 */
		@Bean
		HealthSwitch grpcPatternsHealthSwitch(ObjectProvider<HealthStatusManager> managers) {
			return () -> managers.forEach(HealthStatusManager::enterTerminalState);
		}

	}

	/**
	 * Comes before the servers stop. Events of child contexts come here too.
	 */
	private record ClosedListener(ServerDrain drain,
			ApplicationContext context) implements ApplicationListener<ContextClosedEvent> {

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			if (event.getApplicationContext() == this.context) {
				this.drain.closing();
			}
		}

		@Override
		public boolean supportsAsyncExecution() {
			return false;
		}

	}

}
