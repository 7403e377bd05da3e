/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.util.Map;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the audit of decisions about access.
 */
@AutoConfiguration
@ConditionalOnPattern(AuditServerProperties.PREFIX)
@EnableConfigurationProperties(AuditServerProperties.class)
public final class AuditServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsAuditServerLog")
	AuthOutcomeListener grpcPatternsAuditServerLog(AuditServerProperties properties,
			ObjectProvider<MethodSettingsSource> sources, ObjectProvider<AuditEvents> events) {
		return new AuditLog(properties, sources, events.getIfAvailable());
	}

	@Bean
	MethodPatterns grpcPatternsAuditServerMethods(AuditServerProperties properties) {
		return properties.audited();
	}

	@Bean
	@Order(ServerInterceptorOrder.AUTH + 1)
	@Nullable ActivePattern grpcPatternsAuditServerPattern(AuditServerProperties properties) {
		return properties.methods().isEmpty() ? null : ActivePattern.server("audit");
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.boot.actuate.audit.AuditEvent")
	static class EventConfiguration {

		private static final String TYPE = "GRPC_ACCESS";

		@Bean
		AuditEvents grpcPatternsAuditEvents(ApplicationEventPublisher publisher) {
			return (@Nullable String principal, Map<String, @Nullable Object> data) -> publisher
				.publishEvent(new AuditApplicationEvent(new AuditEvent(principal, TYPE, data)));
		}

	}

}
