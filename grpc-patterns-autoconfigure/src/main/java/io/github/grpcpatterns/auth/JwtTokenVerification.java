/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.text.ParseException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.StringTokenizer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.BadJWTException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Verifies JWTs: a decoder checks signature, issuer and times; the checks that apply to
 * every decoder are here. Exceptions carry neither the token nor a foreign message, which
 * might contain it.
 */
final class JwtTokenVerification implements TokenVerification {

	private static final Logger logger = LoggerFactory.getLogger(JwtTokenVerification.class);

	private final JwtDecoder decoder;

	private final @Nullable JwtDecoder withoutWaiting;

	private final AuthServerProperties.Jwt settings;

	private final Clock clock;

	/**
	 * Create it.
	 * @param decoder decodes with keys that it may wait for
	 * @param withoutWaiting decodes with keys at hand, the same decoder where they always
	 * are, {@code null} where the decoder is the application's
	 */
	JwtTokenVerification(JwtDecoder decoder, @Nullable JwtDecoder withoutWaiting, AuthServerProperties.Jwt settings,
			Clock clock) {
		this.decoder = decoder;
		this.withoutWaiting = withoutWaiting;
		this.settings = settings;
		this.clock = clock;
	}

	@Override
	public boolean runsBean() {
		return this.withoutWaiting == null;
	}

	@Override
	public boolean asksOutside() {
		return this.withoutWaiting != this.decoder;
	}

	@Override
	public @Nullable Authentication verify(String token, boolean mayWait) {
		JwtDecoder decoder = mayWait ? this.decoder : this.withoutWaiting;
		long maxLength = this.settings.maxLength().toBytes();
		if (maxLength > 0 && token.length() > maxLength) {
			throw invalid("longer than jwt.max-length");
		}
		Jwt jwt = (decoder != null) ? decode(decoder, token) : null;
		if (jwt == null) {
			return null;
		}
		if (jwt.getExpiresAt() == null && this.settings.requireExpiry()) {
			throw invalid("it never expires");
		}
		if (!this.settings.audiences().isEmpty() && !forUs(jwt.getAudience())) {
			throw invalid("it is for another audience");
		}
		return new JwtAuthentication(jwt, name(jwt), authorities(jwt));
	}

	private boolean forUs(@Nullable List<String> audiences) {
		return audiences != null && !Collections.disjoint(audiences, this.settings.audiences());
	}

	/**
	 * Return the token, or {@code null} where its key is not at hand.
	 */
	private @Nullable Jwt decode(JwtDecoder decoder, String token) {
		try {
			return decoder.decode(token);
		}
		catch (JwtException ex) {
			if (ex.getCause() instanceof RemoteKeys.NotAtHandException) {
				return null;
			}
			throw refused(token, ex);
		}
		catch (JwtDecoderInitializationException ex) {
			throw unavailable();
		}
		catch (StackOverflowError ex) {
			throw invalid("nested too deep");
		}
	}

	private AuthenticationException refused(String token, JwtException ex) {
		Throwable cause = ex.getCause();
		if (cause instanceof ClaimsCheck.Expired || ex instanceof JwtValidationException invalid
				&& invalid.getErrors().size() == 1 && pastExpiry(token)) {
			return logged(new CredentialsExpiredException("it has expired"));
		}
		boolean unavailable = (cause instanceof JOSEException) ? cause instanceof KeySourceException
				: !(ex instanceof BadJwtException);
		if (unavailable) {
			return unavailable();
		}
		if (cause instanceof BadJWTException || ex instanceof JwtValidationException) {
			return invalid("issuer or times do not match");
		}
		return invalid((cause instanceof BadJOSEException)
				? "type, algorithm or signature do not match, or the key is unknown" : "not a JWT");
	}

	private static AuthenticationException invalid(String why) {
		return logged(new BadCredentialsException(why));
	}

	private static AuthenticationException unavailable() {
		return logged(new AuthenticationServiceException("the source of keys does not answer"));
	}

	private static AuthenticationException logged(AuthenticationException ex) {
		logger.debug("Refused a token: {}", ex.getMessage());
		return ex;
	}

	/**
	 * Whether it is for its expiry that a decoder refused a token, the signature of which
	 * it has verified: the validation of claims comes last.
	 */
	private boolean pastExpiry(String token) {
		try {
			JWT jwt = JWTParser.parse(token);
			NumericDates.check(jwt);
			Date expiry = jwt.getJWTClaimsSet().getExpirationTime();
			return expiry != null && !this.clock.instant().isBefore(expiry.toInstant());
		}
		catch (ParseException | BadJWTException ex) {
			return false;
		}
	}

	private String name(Jwt jwt) {
		Object name = jwt.getClaims().get(this.settings.principalClaim());
		return (name instanceof String || name instanceof Number) ? name.toString() : "";
	}

	private List<GrantedAuthority> authorities(Jwt jwt) {
		List<GrantedAuthority> authorities = new ArrayList<>();
		Object claim = claim(jwt);
		if (claim instanceof Collection<?> values) {
			for (Object value : values) {
				if (value instanceof String text) {
					add(authorities, text);
				}
			}
		}
		else if (claim instanceof String text) {
			StringTokenizer values = new StringTokenizer(text, " ");
			while (values.hasMoreTokens()) {
				add(authorities, values.nextToken());
			}
		}
		return authorities;
	}

	private void add(List<GrantedAuthority> authorities, String value) {
		if (!value.isBlank()) {
			authorities.add(new SimpleGrantedAuthority(this.settings.authorityPrefix() + value));
		}
	}

	private @Nullable Object claim(Jwt jwt) {
		String name = this.settings.authoritiesClaim();
		if (name != null) {
			return jwt.getClaims().get(name);
		}
		Object scope = jwt.getClaims().get("scope");
		return (scope != null) ? scope : jwt.getClaims().get("scp");
	}

}
