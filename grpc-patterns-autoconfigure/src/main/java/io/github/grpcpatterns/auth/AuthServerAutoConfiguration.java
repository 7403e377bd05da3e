/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Auto-configuration for the authentication of the server's calls.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern(AuthServerProperties.PREFIX)
@ConditionalOnClass(name = "org.springframework.security.core.Authentication")
@EnableConfigurationProperties(AuthServerProperties.class)
public final class AuthServerAutoConfiguration {

	private final AuthServerProperties properties;

	private final AccessRules rules;

	AuthServerAutoConfiguration(AuthServerProperties properties) {
		this.properties = properties;
		this.rules = new AccessRules(properties);
	}

	@Bean
	@Order(ServerInterceptorOrder.AUTH)
	ActivePattern grpcPatternsAuthServerPattern() {
		return ActivePattern.server("auth");
	}

	@Bean
	MethodPatterns grpcPatternsAuthServerMethods() {
		return this.rules.patterns();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsAuthServerInterceptor")
	AuthServerInterceptor grpcPatternsAuthServerInterceptor(ObjectProvider<TokenVerifier> tokenVerifier,
			ObjectProvider<JwtKeySource> jwt, CallTimer timer, ObjectProvider<AuthOutcomeListener> listeners) {
		Clock clock = timer.clock();
		AuthOutcomes outcomes = new AuthOutcomes(listeners.orderedStream().toList());
		TokenCheck tokens = tokens(verification(tokenVerifier, jwt), timer, clock, outcomes);
		Duration skew = this.properties.endStreamsOnExpiry() ? this.properties.jwt().clockSkew() : null;
		return new AuthServerInterceptor(this.rules, new AuthServerAdmission(this.rules, tokens), skew, clock,
				outcomes);
	}

	private static @Nullable TokenVerification verification(ObjectProvider<TokenVerifier> tokenVerifier,
			ObjectProvider<JwtKeySource> jwt) {
		TokenVerifier theirs = tokenVerifier.getIfAvailable();
		if (theirs != null) {
			return TokenVerification.of(theirs);
		}
		JwtKeySource source = jwt.getIfAvailable();
		return (source != null) ? source.verification() : null;
	}

	private TokenCheck tokens(@Nullable TokenVerification verification, CallTimer timer, Clock clock,
			AuthOutcomes outcomes) {
		TokenQuestions questions = (verification != null && verification.runsBean())
				? new TokenQuestions(timer, this.properties.verifierTimeout(), outcomes::overdue) : null;
		AuthServerProperties.Cache cache = this.properties.cache();
		return new TokenCheck(verification, questions,
				cache.remembers() ? new TokenCache(cache.size(), cache.maxAge(), timer::nanoTime, clock) : null);
	}

	@Bean
	@Nullable Admission<?> grpcPatternsAuthServerAdmission(ObjectProvider<AuthServerInterceptor> interceptor) {
		AuthServerInterceptor ours = interceptor.getIfAvailable();
		return (ours != null) ? ours.admission() : null;
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsAuthServerKeySourceCheck")
	KeySourceCheck grpcPatternsAuthServerKeySourceCheck(ObjectProvider<AuthServerInterceptor> interceptor,
			RegisteredMethods methods, ResourceLoader resources) {
		return new KeySourceCheck(interceptor.getIfAvailable(), this.rules, methods, resources.getClassLoader());
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsAuthServerMethodSecurityCheck")
	MethodSecurityCheck grpcPatternsAuthServerMethodSecurityCheck(ListableBeanFactory beanFactory) {
		return new MethodSecurityCheck(beanFactory);
	}

	/**
	 * The beans that require the JWT classes.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "org.springframework.security.oauth2.jwt.NimbusJwtDecoder",
			"org.springframework.security.oauth2.core.OAuth2Token", "com.nimbusds.jwt.proc.DefaultJWTProcessor" })
	static final class JwtConfiguration {

		@Bean
		JwtKeySource grpcPatternsAuthServerJwtKeySource(AuthServerProperties properties, Environment environment,
				ResourceLoader resources, ObjectProvider<JwtDecoder> decoder,
				ConfigurableListableBeanFactory beanFactory, CallTimer timer) {
			return new JwtKeySource(properties, environment, resources, decoder, beanFactory, timer);
		}

	}

	/**
	 * The bean that requires the classes of net.devh's security.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.server.security.authentication.GrpcAuthenticationReader")
	static final class NetDevhConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsAuthServerNetDevhAuthenticationFilter")
		static NetDevhAuthenticationFilter grpcPatternsAuthServerNetDevhAuthenticationFilter() {
			return new NetDevhAuthenticationFilter();
		}

	}

}
