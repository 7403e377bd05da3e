/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.dev;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Profile;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves tokens as plain text, ready for {@code curl}: no quotes, no line break.
 */
@RestController
@Profile("dev")
class DevTokenController {

	/** Every scope that a rule of the sample asks for. */
	private static final String ALL_SCOPES = "products:write";

	// Beyond it a token is not for development any more
	private static final Duration MAX_TTL = Duration.ofDays(365);

	private final JwtEncoder encoder;

	DevTokenController(JwtEncoder encoder) {
		this.encoder = encoder;
	}

	/**
	 * Make a token.
	 * @param subject whose token it is
	 * @param scope the scopes, with spaces between them; absent for every scope of the
	 * sample, empty for none
	 * @param ttl how long the token is valid, as in {@code 90s}, {@code 15m} or
	 * {@code PT1H}; a bare number means seconds
	 * @return the token, or 400 with what is wrong
	 */
	@GetMapping(path = "/dev/token", produces = MediaType.TEXT_PLAIN_VALUE)
	ResponseEntity<String> token(@RequestParam(defaultValue = "dev") String subject,
			@RequestParam(required = false) @Nullable String scope, @RequestParam(defaultValue = "1h") String ttl) {
		Duration validity = parse(ttl);
		if (validity == null || validity.isNegative() || validity.isZero() || validity.compareTo(MAX_TTL) > 0) {
			return ResponseEntity.badRequest()
				.body("ttl (expected: a time above 0 and up to 365d, like 90s, 15m or 1h)");
		}
		Instant now = Instant.now();
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject(subject)
			.claim("scope", (scope != null) ? scope.trim() : ALL_SCOPES)
			.issuedAt(now)
			.expiresAt(now.plus(validity))
			.build();
		JwsHeader header = JwsHeader.with(SignatureAlgorithm.RS256).type("JWT").build();
		String token = this.encoder.encode(JwtEncoderParameters.from(header, claims)).getTokenValue();
		return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(token);
	}

	private static @Nullable Duration parse(String ttl) {
		try {
			return DurationStyle.detectAndParse(ttl.trim(), ChronoUnit.SECONDS);
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			return null;
		}
	}

}
