package io.github.grpcpatterns.auth;

import java.time.Clock;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Finds what JWTs are checked with: a {@link JwtDecoder} bean, else our settings, else
 * Boot's.
 */
final class JwtKeySource {

	private final AuthServerProperties properties;

	private final Environment environment;

	private final ResourceLoader resources;

	private final ObjectProvider<JwtDecoder> bean;

	private final CallTimer timer;

	private final Clock clock = Clock.systemUTC();

	JwtKeySource(AuthServerProperties properties, Environment environment, ResourceLoader resources,
			ObjectProvider<JwtDecoder> bean, CallTimer timer) {
		this.properties = properties;
		this.environment = environment;
		this.resources = resources;
		this.bean = bean;
		this.timer = timer;
	}

	/**
	 * Make a verifier of the first source that is there.
	 * @return the verifier, or {@code null} where there is no source
	 */
	@Nullable TokenVerifier verifier() {
		AuthServerProperties.Jwt ours = this.properties.jwt();
		JwtDecoder theirs = this.bean.getIfAvailable();
		if (theirs != null) {
			return new TimeLimitedTokenVerifier(new JwtTokenVerifier(theirs, ours, this.clock), this.timer,
					this.properties.verifierTimeout());
		}
		String ourPrefix = AuthServerProperties.PREFIX + ".jwt";
		JwtDecoder decoder = new JwtDecoders(ourPrefix, ourPrefix + ".algorithms", ours, this.timer, this.clock)
			.create();
		if (decoder != null) {
			return new JwtTokenVerifier(decoder, ours, this.clock);
		}
		BootJwtSettings boots = BootJwtSettings.of(this.environment);
		if (!boots.haveKeys()) {
			return null;
		}
		AuthServerProperties.Jwt both = boots.in(ours, this.environment, this.resources);
		String algorithms = ours.algorithms().isEmpty() ? BootJwtSettings.PREFIX + ".jws-algorithms"
				: ourPrefix + ".algorithms";
		decoder = new JwtDecoders(BootJwtSettings.PREFIX, algorithms, both, this.timer, this.clock).create();
		return (decoder != null) ? new JwtTokenVerifier(decoder, both, this.clock) : null;
	}

}
