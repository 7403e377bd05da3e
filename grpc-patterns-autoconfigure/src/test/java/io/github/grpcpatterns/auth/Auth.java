package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * An interceptor as its auto-configuration makes it, and the outcomes that it tells.
 */
final class Auth {

	final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

	final AuthServerInterceptor interceptor;

	private Auth(Map<String, String> settings, TokenVerifier verifier, CallTimer timer) {
		AuthServerProperties properties = new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("",
				AuthServerProperties.class);
		TokenVerifier used = (verifier != null) ? verifier : jwt(properties, timer);
		TokenCheck check = (used != null) ? new TokenCheck(used,
				new TokenCache(1000, Duration.ofMinutes(5), System::nanoTime, Clock.systemUTC()), Clock.systemUTC())
				: null;
		this.interceptor = new AuthServerInterceptor(new AccessRules(properties), check,
				properties.endStreamsOnExpiry() ? properties.jwt().clockSkew() : null, List.of(this.outcomes::add));
	}

	private static TokenVerifier jwt(AuthServerProperties properties, CallTimer timer) {
		JwtDecoder decoder = new JwtDecoders("jwt", "jwt.algorithms", properties.jwt(), timer, Clock.systemUTC())
			.create();
		return (decoder != null) ? new JwtTokenVerifier(decoder, properties.jwt(), Clock.systemUTC()) : null;
	}

	/**
	 * With the secret of {@link Tokens}.
	 */
	static Auth secret(String... settings) {
		Map<String, String> map = map(settings);
		map.put("jwt.secret", Tokens.SECRET);
		return new Auth(map, null, TestCalls.sharedTimer());
	}

	static Auth of(String... settings) {
		return new Auth(map(settings), null, TestCalls.sharedTimer());
	}

	static Auth of(TokenVerifier verifier, String... settings) {
		return new Auth(map(settings), verifier, TestCalls.sharedTimer());
	}

	private static Map<String, String> map(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			map.put(settings[i], settings[i + 1]);
		}
		return map;
	}

}
