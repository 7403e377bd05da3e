package io.github.grpcpatterns.auth;

import java.time.Clock;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Finds the source of keys for JWTs: a {@link JwtDecoder} bean, else our settings, else
 * Boot's.
 */
final class JwtKeySource implements AutoCloseable {

	private final AuthServerProperties properties;

	private final Environment environment;

	private final ResourceLoader resources;

	private final ObjectProvider<JwtDecoder> bean;

	private final CallTimer timer;

	private final Clock clock;

	private volatile @Nullable JwtDecoders decoders;

	JwtKeySource(AuthServerProperties properties, Environment environment, ResourceLoader resources,
			ObjectProvider<JwtDecoder> bean, CallTimer timer) {
		this.properties = properties;
		this.environment = environment;
		this.resources = resources;
		this.bean = bean;
		this.timer = timer;
		this.clock = timer.clock();
	}

	/**
	 * Create a verification with the first source that exists.
	 * @return the verification, or {@code null} where there is no source
	 */
	@Nullable TokenVerification verification() {
		AuthServerProperties.Jwt ours = this.properties.jwt();
		JwtDecoder theirs = this.bean.getIfAvailable();
		if (theirs != null) {
			return new JwtTokenVerification(theirs, null, ours, this.clock);
		}
		String ourPrefix = AuthServerProperties.PREFIX + ".jwt";
		TokenVerification verification = create(ourPrefix, ourPrefix + ".algorithms", ours);
		if (verification != null) {
			return verification;
		}
		BootJwtSettings boots = BootJwtSettings.of(this.environment);
		if (!boots.haveKeys()) {
			return null;
		}
		String algorithms = ours.algorithms().isEmpty() ? BootJwtSettings.PREFIX + ".jws-algorithms"
				: ourPrefix + ".algorithms";
		return create(BootJwtSettings.PREFIX, algorithms, boots.in(ours, this.environment, this.resources));
	}

	private @Nullable TokenVerification create(String prefix, String algorithmsProperty,
			AuthServerProperties.Jwt settings) {
		JwtDecoders decoders = new JwtDecoders(prefix, algorithmsProperty, settings, this.timer, this.clock);
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
