/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.PolicyClock;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * An interceptor as its auto-configuration makes it, and the outcomes that it tells.
 */
final class Auth {

	final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

	final AuthServerAdmission admission;

	final AuthServerInterceptor interceptor;

	/** Where a verifier is asked. */
	final TokenQuestions questions;

	private Auth(Map<String, String> settings, TokenVerifier verifier) {
		this(settings, verifier, TestCalls.sharedTimer(), Ticker.systemTicker(), Clock.systemUTC());
	}

	private Auth(Map<String, String> settings, TokenVerifier verifier, CallTimer timer, Ticker ticker, Clock clock) {
		AuthServerProperties properties = new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("",
				AuthServerProperties.class);
		TokenVerification used = (verifier != null) ? TokenVerification.of(verifier) : jwt(properties, timer, clock);
		AuthOutcomes outcomes = new AuthOutcomes(List.of((call, outcome) -> this.outcomes.add(outcome)));
		this.questions = (verifier != null) ? new TokenQuestions(timer, properties.verifierTimeout(), outcomes::overdue)
				: null;
		AccessRules rules = new AccessRules(properties);
		this.admission = new AuthServerAdmission(rules,
				new TokenCheck(used, this.questions, new TokenCache(1000, Duration.ofMinutes(5), ticker, clock)));
		this.interceptor = new AuthServerInterceptor(rules, this.admission,
				properties.endStreamsOnExpiry() ? properties.jwt().clockSkew() : null, clock, outcomes);
	}

	private static TokenVerification jwt(AuthServerProperties properties, CallTimer timer, Clock clock) {
		return new JwtDecoders("jwt", "jwt.algorithms", properties.jwt(), new DefaultResourceLoader(), timer, clock)
			.create();
	}

	/**
	 * With the secret of {@link Tokens}.
	 */
	static Auth secret(String... settings) {
		return new Auth(secret(map(settings)), null);
	}

	static Auth secret(PolicyClock clock, String... settings) {
		return new Auth(secret(map(settings)), null, clock, clock, clock);
	}

	private static Map<String, String> secret(Map<String, String> settings) {
		settings.put("jwt.secret", Tokens.SECRET);
		return settings;
	}

	static Auth of(String... settings) {
		return new Auth(map(settings), null);
	}

	static Auth of(TokenVerifier verifier, String... settings) {
		return new Auth(map(settings), verifier);
	}

	static Auth of(PolicyClock clock, TokenVerifier verifier, String... settings) {
		return new Auth(map(settings), verifier, clock, clock, clock);
	}

	private static Map<String, String> map(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			map.put(settings[i], settings[i + 1]);
		}
		return map;
	}

}
