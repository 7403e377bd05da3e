/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Finds the source of keys for JWTs: a {@link JwtDecoder} bean of the application, else
 * our settings, else Boot's. Boot's own decoder is used only if the application adds to
 * it.
 */
final class JwtKeySource implements AutoCloseable {

	private final AuthServerProperties properties;

	private final Environment environment;

	private final ResourceLoader resources;

	private final ObjectProvider<JwtDecoder> bean;

	private final ConfigurableListableBeanFactory beanFactory;

	private final CallTimer timer;

	private final Clock clock;

	private volatile @Nullable JwtDecoders decoders;

	JwtKeySource(AuthServerProperties properties, Environment environment, ResourceLoader resources,
			ObjectProvider<JwtDecoder> bean, ConfigurableListableBeanFactory beanFactory, CallTimer timer) {
		this.properties = properties;
		this.environment = environment;
		this.resources = resources;
		this.bean = bean;
		this.beanFactory = beanFactory;
		this.timer = timer;
		this.clock = timer.clock();
	}

	/**
	 * Create a verification with the first source that exists.
	 * @return the verification, or {@code null} where there is no source
	 */
	@Nullable TokenVerification verification() {
		AuthServerProperties.Jwt ours = this.properties.jwt();
		boolean boots = BootJwtDecoder.only(this.beanFactory);
		JwtDecoder theirs = boots ? null : this.bean.getIfAvailable();
		if (theirs != null) {
			return new JwtTokenVerification(theirs, null, ours, this.clock);
		}
		String ourPrefix = AuthServerProperties.PREFIX + ".jwt";
		TokenVerification verification = create(ourPrefix, ourPrefix + ".algorithms", ours);
		if (verification != null) {
			return verification;
		}
		return boots(ours, ourPrefix,
				(boots && BootJwtDecoder.customized(this.beanFactory)) ? this.bean.getObject() : null);
	}

	private @Nullable TokenVerification boots(AuthServerProperties.Jwt ours, String ourPrefix,
			@Nullable JwtDecoder decoder) {
		BootJwtSettings boots = BootJwtSettings.of(this.environment);
		if (decoder == null && !boots.haveKeys()) {
			return null;
		}
		AuthServerProperties.Jwt settings = boots.in(ours, this.environment);
		if (decoder != null) {
			return new JwtTokenVerification(decoder, null, settings, this.clock);
		}
		String algorithms = ours.algorithms().isEmpty() ? BootJwtSettings.PREFIX + ".jws-algorithms"
				: ourPrefix + ".algorithms";
		return create(BootJwtSettings.PREFIX, algorithms, settings);
	}

	private @Nullable TokenVerification create(String prefix, String algorithmsProperty,
			AuthServerProperties.Jwt settings) {
		JwtDecoders decoders = new JwtDecoders(prefix, algorithmsProperty, settings, this.resources, this.timer,
				this.clock);
		TokenVerification verification = decoders.create();
		this.decoders = decoders;
		return verification;
	}

	/**
	 * The application closes.
	 */
	@Override
	public void close() {
		JwtDecoders decoders = this.decoders;
		if (decoders != null) {
			decoders.close();
		}
	}

}
