/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.dev;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the tokens of the profile {@code dev}.
 */
class DevTokenTests {

	// Making keys takes its time
	private static final DevTokenConfiguration configuration = new DevTokenConfiguration();

	private final JwtDecoder decoder = configuration.devJwtDecoder(Duration.ofSeconds(60));

	private final MockMvcTester http = MockMvcTester.of(new DevTokenController(configuration.devJwtEncoder()));

	@Test
	void whenNothingIsAskedForThenTheTokenHasEveryScopeAndLastsAnHour() {
		MvcTestResult result = this.http.get().uri("/dev/token").exchange();
		assertThat(result).hasStatusOk().hasContentTypeCompatibleWith(MediaType.TEXT_PLAIN);
		assertThat(result).hasHeader("Cache-Control", "no-store");
		Jwt token = this.decoder.decode(body(result));
		assertThat(token.getSubject()).isEqualTo("dev");
		assertThat(token.getClaimAsString("scope")).isEqualTo("products:write");
		assertThat(Duration.between(token.getIssuedAt(), token.getExpiresAt())).isEqualTo(Duration.ofHours(1));
		assertThat(token.getIssuedAt()).isBetween(Instant.now().minusSeconds(60), Instant.now());
	}

	@Test
	void whenEverythingIsAskedForThenTheTokenHasIt() {
		MvcTestResult result = this.http.get().uri("/dev/token?subject=alice&scope=a b:c&ttl=15m").exchange();
		Jwt token = this.decoder.decode(body(result));
		assertThat(token.getSubject()).isEqualTo("alice");
		assertThat(token.getClaimAsString("scope")).isEqualTo("a b:c");
		assertThat(Duration.between(token.getIssuedAt(), token.getExpiresAt())).isEqualTo(Duration.ofMinutes(15));
	}

	@Test
	void whenTheScopeIsEmptyThenTheTokenHasNone() {
		MvcTestResult result = this.http.get().uri("/dev/token?scope=").exchange();
		assertThat(this.decoder.decode(body(result)).getClaimAsString("scope")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "0", "-1m", "366d", "99999999999999999999s", "9223372036854775807d" })
	void whenTheTtlIsNoneThenTheAnswerSaysWhatIsExpected(String ttl) {
		MvcTestResult result = this.http.get().uri("/dev/token?ttl=" + ttl).exchange();
		assertThat(result).hasStatus(HttpStatus.BAD_REQUEST).hasContentTypeCompatibleWith(MediaType.TEXT_PLAIN);
		assertThat(result).bodyText().isEqualTo("ttl (expected: a time above 0 and up to 365d, like 90s, 15m or 1h)");
	}

	@Test
	void whenATokenIsOfAnotherProcessThenItIsRefused() {
		String foreign = body(MockMvcTester.of(new DevTokenController(new DevTokenConfiguration().devJwtEncoder()))
			.get()
			.uri("/dev/token")
			.exchange());
		assertThatExceptionOfType(JwtException.class).isThrownBy(() -> this.decoder.decode(foreign));
	}

	@Test
	void whenTheClockSkewIsSetThenItHoldsForNewCallsToo() {
		ApplicationContextRunner runner = runner().withPropertyValues("spring.profiles.active=dev");
		runner
			.run((context) -> assertThat(decodeExpired(context, Duration.ofSeconds(50)).getSubject()).isEqualTo("dev"));
		runner.withPropertyValues("grpc.patterns.server.auth.jwt.clock-skew=40")
			.run((context) -> assertThatExceptionOfType(JwtException.class)
				.isThrownBy(() -> decodeExpired(context, Duration.ofSeconds(50))));
	}

	@Test
	void whenTheProfileIsAnotherThenThereAreNoTokens() {
		ApplicationContextRunner runner = runner();
		runner.withPropertyValues("spring.profiles.active=production")
			.run((context) -> assertThat(context).doesNotHaveBean(DevTokenController.class)
				.doesNotHaveBean(JwtDecoder.class)
				.doesNotHaveBean(JwtEncoder.class));
		runner.withPropertyValues("spring.profiles.active=dev")
			.run((context) -> assertThat(context).hasSingleBean(DevTokenController.class)
				.hasSingleBean(JwtDecoder.class));
	}

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withInitializer((context) -> context.getBeanFactory()
				.setConversionService(ApplicationConversionService.getSharedInstance()))
			.withUserConfiguration(DevTokenConfiguration.class, DevTokenController.class);
	}

	private static Jwt decodeExpired(ApplicationContext context, Duration ago) {
		Instant expired = Instant.now().minus(ago);
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject("dev")
			.issuedAt(expired.minusSeconds(60))
			.expiresAt(expired)
			.build();
		JwsHeader header = JwsHeader.with(SignatureAlgorithm.RS256).type("JWT").build();
		String token = context.getBean(JwtEncoder.class)
			.encode(JwtEncoderParameters.from(header, claims))
			.getTokenValue();
		return context.getBean(JwtDecoder.class).decode(token);
	}

	private static String body(MvcTestResult result) {
		return new String(result.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
	}

}
