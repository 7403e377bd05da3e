/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.testing.PolicyClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link JwtTokenVerification}, {@link JwtDecoders} and {@link ClaimsCheck}.
 */
class JwtTokenVerificationTests {

	@TempDir
	Path directory;

	private static AuthServerProperties.Jwt settings(String... settings) {
		java.util.Map<String, String> map = new java.util.HashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			map.put(settings[i], settings[i + 1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate("", AuthServerProperties.Jwt.class);
	}

	private static JwtDecoders decoders(AuthServerProperties.Jwt settings) {
		return new JwtDecoders("jwt", "jwt.algorithms", settings, new DefaultResourceLoader(), new PolicyClock(),
				Clock.systemUTC());
	}

	private static TokenVerifier verifier(String... settings) {
		return verifier(decoders(settings(settings)).create());
	}

	private static TokenVerifier verifier(JwtDecoder decoder, AuthServerProperties.Jwt settings) {
		return verifier(new JwtTokenVerification(decoder, null, settings, Clock.systemUTC()));
	}

	private static TokenVerifier verifier(TokenVerification verification) {
		return (token) -> verification.verify(token, true);
	}

	private static TokenVerifier secret(String... settings) {
		List<String> all = new ArrayList<>(Arrays.asList(settings));
		all.addAll(List.of("secret", Tokens.SECRET));
		return verifier(all.toArray(String[]::new));
	}

	private TokenVerifier publicKey(java.security.Key key, String... settings) {
		List<String> all = new ArrayList<>(Arrays.asList(settings));
		Path file = Tokens.write(this.directory.resolve("key.pem"), Tokens.pem(key));
		all.addAll(List.of("public-key-location", file.toUri().toString()));
		return verifier(all.toArray(String[]::new));
	}

	private static void refuses(TokenVerifier verifier, String token) {
		assertThatExceptionOfType(BadCredentialsException.class).isThrownBy(() -> verifier.verify(token))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(token))
			.withNoCause();
	}

	@Test
	void secretVerifiesHs256() {
		Authentication alice = secret().verify(Tokens.hs256());
		assertThat(alice.getName()).isEqualTo("alice");
		assertThat(alice.isAuthenticated()).isTrue();
		assertThat(alice.getPrincipal()).isInstanceOf(Jwt.class);
		assertThat(alice.getCredentials()).isSameAs(alice.getPrincipal());
	}

	@Test
	void rsaKeyVerifiesRs256WhateverTheKeyId() throws Exception {
		TokenVerifier verifier = publicKey(Tokens.RSA.toPublicKey());
		assertThat(verifier.verify(Tokens.rs256(Tokens.RSA)).getName()).isEqualTo("alice");
		refuses(verifier, Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS512, (claims) -> {
		}));
		refuses(verifier, Tokens.rsa(Tokens.RSA, JWSAlgorithm.PS256, (claims) -> {
		}));
	}

	@Test
	void ecKeyVerifiesTheAlgorithmOfItsCurve() throws Exception {
		assertThat(publicKey(Tokens.EC.toPublicKey()).verify(Tokens.es(Tokens.EC, JWSAlgorithm.ES256)).getName())
			.isEqualTo("alice");
		ECKey p384 = Tokens.ec("ec-2", Curve.P_384);
		assertThat(publicKey(p384.toPublicKey()).verify(Tokens.es(p384, JWSAlgorithm.ES384)).getName())
			.isEqualTo("alice");
	}

	@Test
	void algorithmsReplaceTheDefault() throws Exception {
		TokenVerifier verifier = publicKey(Tokens.RSA.toPublicKey(), "algorithms", "RS512,PS256");
		assertThatNoException().isThrownBy(() -> {
			verifier.verify(Tokens.rsa(Tokens.RSA, JWSAlgorithm.RS512, (claims) -> {
			}));
			verifier.verify(Tokens.rsa(Tokens.RSA, JWSAlgorithm.PS256, (claims) -> {
			}));
		});
		refuses(verifier, Tokens.rs256(Tokens.RSA));
	}

	@Test
	void algorithmThatDoesNotFitTheKeyIsRefusedAtTheStart() {
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> publicKey(Tokens.RSA.toPublicKey(), "algorithms", "RS256,HS256"))
			.withMessageContaining("jwt.algorithms[1]: HS256")
			.withMessageContaining("PS256");
		assertThatExceptionOfType(SettingException.class).isThrownBy(() -> secret("algorithms", "RS256"))
			.withMessageContaining("allows HS256");
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> verifier("jwk-set-uri", "http://localhost/keys", "algorithms", "HS256"));
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> publicKey(Tokens.EC.toPublicKey(), "algorithms", "ES384"));
	}

	@Test
	void publicKeyIsNotTakenForTheSecretOfAnHmac() throws Exception {
		TokenVerifier verifier = publicKey(Tokens.RSA.toPublicKey());
		String pem = Tokens.pem(Tokens.RSA.toPublicKey());
		refuses(verifier, Tokens.hmac(pem.getBytes(StandardCharsets.UTF_8), (claims) -> {
		}));
		refuses(verifier, Tokens.hmac(Tokens.RSA.toPublicKey().getEncoded(), (claims) -> {
		}));
	}

	@Test
	void unsignedTokenIsRefused() {
		String claims = "{\"sub\":\"alice\",\"exp\":" + Tokens.in(3600).getTime() / 1000 + "}";
		for (String algorithm : new String[] { "none", "None", "NONE", "nOnE" }) {
			refuses(secret(), Tokens.unsigned("{\"alg\":\"" + algorithm + "\"}", claims));
		}
	}

	@Test
	void tamperedTokenIsRefused() {
		String[] parts = Tokens.hs256().split("\\.");
		String claims = "{\"sub\":\"admin\",\"exp\":" + Tokens.in(3600).getTime() / 1000 + "}";
		refuses(secret(), parts[0] + "." + Tokens.base64(claims) + "." + parts[2]);
		refuses(secret(), parts[0] + "." + parts[1] + ".");
		refuses(secret(), parts[0] + "." + parts[1]);
		refuses(secret(), parts[0] + "." + parts[1] + "." + new StringBuilder(parts[2]).reverse());
		refuses(secret(), Tokens.hmac("another secret of thirty-two bytes!".getBytes(StandardCharsets.UTF_8), (c) -> {
		}));
	}

	@Test
	void whatIsNoJwtIsRefused() {
		for (String token : new String[] { "abc", "a.b", "a.b.c", "a.b.c.d.e", "...", "=", "AAAA.BBBB.CCCC",
				Tokens.base64("{\"alg\":\"HS256\"}") + "." + Tokens.base64("[]") + ".x" }) {
			refuses(secret(), token);
		}
	}

	@Test
	void deeplyNestedTokenIsRefused() {
		String deep = "{\"alg\":\"HS256\",\"x\":" + "[".repeat(5900);
		refuses(secret(), Tokens.base64(deep) + ".x.y");
		String claims = "{\"x\":" + "[".repeat(2800) + "]".repeat(2800) + "}";
		refuses(secret(), Tokens.base64("{\"alg\":\"HS256\"}") + "." + Tokens.base64(claims) + ".y");
	}

	@Test
	void keysInTheHeaderAreNotFollowed() throws Exception {
		JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(Tokens.rsa("evil").toPublicJWK())
			.jwkURL(new java.net.URI("http://127.0.0.1:1/keys"))
			.x509CertURL(new java.net.URI("http://127.0.0.1:1/cert"));
		refuses(publicKey(Tokens.RSA.toPublicKey()), Tokens.sign(header, Tokens.signer(Tokens.rsa("evil")), (c) -> {
		}));
		String good = Tokens.sign(header, Tokens.signer(Tokens.RSA), (claims) -> {
		});
		assertThat(publicKey(Tokens.RSA.toPublicKey()).verify(good).getName()).isEqualTo("alice");
	}

	@Test
	void typesOfAccessTokensAreAccepted() throws Exception {
		for (String type : new String[] { "JWT", "jwt", "application/jwt", "Application/JWT", "at+jwt", "AT+JWT",
				"application/at+jwt" }) {
			assertThat(secret().verify(typed(type)).getName()).as(type).isEqualTo("alice");
		}
		for (String type : new String[] { "logout+jwt", "application/logout+jwt", "JWE", "application/json" }) {
			refuses(secret(), typed(type));
		}
	}

	private static String typed(String type) throws Exception {
		return Tokens.sign(new JWSHeader.Builder(JWSAlgorithm.HS256).type(new JOSEObjectType(type)),
				new MACSigner(Tokens.SECRET), (claims) -> {
				});
	}

	@Test
	void expiredTokenIsToldFromAnInvalidOne() {
		assertThatExceptionOfType(CredentialsExpiredException.class)
			.isThrownBy(() -> secret().verify(Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(-61)))));
		assertThatNoException()
			.isThrownBy(() -> secret().verify(Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(-55)))));
		assertThatExceptionOfType(CredentialsExpiredException.class).isThrownBy(
				() -> secret("clock-skew", "5").verify(Tokens.hs256((claims) -> claims.expirationTime(Tokens.in(-6)))));
	}

	@Test
	void tokenThatExpiredBeforeItWasIssuedHasExpired() {
		assertThatExceptionOfType(CredentialsExpiredException.class).isThrownBy(() -> secret()
			.verify(Tokens.hs256((claims) -> claims.issueTime(Tokens.in(0)).expirationTime(Tokens.in(-3600)))));
	}

	@Test
	void tokenBeforeItsTimeIsRefused() {
		refuses(secret(), Tokens.hs256((claims) -> claims.notBeforeTime(Tokens.in(65))));
		assertThatNoException()
			.isThrownBy(() -> secret().verify(Tokens.hs256((claims) -> claims.notBeforeTime(Tokens.in(50)))));
	}

	/**
	 * Nimbus counts milliseconds in a long, and takes such a time for one long past.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "9223372036854775807", "9223372036854776", "10000000000000000000", "1e300", "-1e300" })
	void aTimeThatNoClockCanReachMakesATokenInvalid(String time) {
		byte[] secret = Tokens.SECRET.getBytes(StandardCharsets.UTF_8);
		String exp = Tokens.signed(secret, "{\"sub\":\"alice\",\"exp\":" + time + "}");
		String later = ",\"exp\":" + Tokens.in(3600).getTime() / 1000 + "}";
		refuses(secret(), exp);
		refuses(secret(), Tokens.signed(secret, "{\"sub\":\"alice\",\"nbf\":" + time + later));
		refuses(secret(), Tokens.signed(secret, "{\"sub\":\"alice\",\"iat\":" + time + later));
		NimbusJwtDecoder theirs = NimbusJwtDecoder.withSecretKey(new javax.crypto.spec.SecretKeySpec(secret, "HS"))
			.build();
		refuses(verifier(theirs, settings()), exp);
	}

	@Test
	void aTimeInMillisecondsIsFarAwayButValid() {
		String token = Tokens
			.hs256((claims) -> claims.expirationTime(new java.util.Date(Tokens.in(0).getTime() * 1000)));
		assertThat(secret().verify(token).getName()).isEqualTo("alice");
	}

	@Test
	void tokenWithoutExpiryIsRefusedUnlessAllowed() {
		String token = Tokens.hs256((claims) -> claims.expirationTime(null));
		refuses(secret(), token);
		assertThat(secret("require-expiry", "false").verify(token).getName()).isEqualTo("alice");
	}

	@Test
	void longTokenIsRefusedUnread() {
		String token = Tokens.hs256((claims) -> claims.claim("x", "y".repeat(8192)));
		refuses(secret(), token);
		assertThat(secret("max-length", "0").verify(token).getName()).isEqualTo("alice");
		JwtDecoder never = (text) -> {
			throw new AssertionError("read");
		};
		refuses(verifier(never, settings("max-length", "10B")), "12345678901");
	}

	@Test
	void issuerMustBeTheOneThatIsSet() {
		TokenVerifier verifier = secret("issuer-uri", "https://issuer.example/");
		assertThat(verifier.verify(Tokens.hs256((claims) -> claims.issuer("https://issuer.example/"))).getName())
			.isEqualTo("alice");
		refuses(verifier, Tokens.hs256((claims) -> claims.issuer("https://issuer.example")));
		refuses(verifier, Tokens.hs256());
	}

	@Test
	void oneOfTheAudiencesMustBeNamed() {
		TokenVerifier verifier = secret("audiences", "ours,theirs");
		assertThat(verifier.verify(Tokens.hs256((claims) -> claims.audience("ours"))).getName()).isEqualTo("alice");
		assertThat(verifier.verify(Tokens.hs256((claims) -> claims.audience(List.of("x", "theirs")))).getName())
			.isEqualTo("alice");
		refuses(verifier, Tokens.hs256((claims) -> claims.audience("other")));
		refuses(verifier, Tokens.hs256());
	}

	@Test
	void authoritiesAreReadFromScopeThenScp() {
		assertThat(authorities(secret(), (claims) -> claims.claim("scope", "a  b"))).containsExactly("SCOPE_a",
				"SCOPE_b");
		assertThat(authorities(secret(), (claims) -> claims.claim("scp", List.of("a", "b c"))))
			.containsExactly("SCOPE_a", "SCOPE_b c");
		assertThat(authorities(secret(), (claims) -> claims.claim("scope", "a").claim("scp", "b")))
			.containsExactly("SCOPE_a");
		assertThat(authorities(secret(), (claims) -> {
		})).isEmpty();
		assertThat(authorities(secret(), (claims) -> claims.claim("scope", Map.of("a", "b")))).isEmpty();
	}

	@Test
	void claimsAreAsSet() {
		TokenVerifier verifier = secret("authorities-claim", "roles", "authority-prefix", "ROLE_", "principal-claim",
				"client_id");
		Authentication caller = verifier.verify(Tokens.hs256(
				(claims) -> claims.claim("roles", List.of("admin")).claim("scope", "x").claim("client_id", "batch")));
		assertThat(caller.getName()).isEqualTo("batch");
		assertThat(caller.getAuthorities()).extracting(GrantedAuthority::getAuthority).isEqualTo(List.of("ROLE_admin"));
		assertThat(verifier.verify(Tokens.hs256()).getName()).as("without the claim").isEmpty();
	}

	private static List<String> authorities(TokenVerifier verifier, Consumer<JWTClaimsSet.Builder> claims) {
		List<String> authorities = new ArrayList<>();
		verifier.verify(Tokens.hs256(claims))
			.getAuthorities()
			.forEach((authority) -> authorities.add(authority.getAuthority()));
		return authorities;
	}

	@Test
	void decoderOfTheUsersIsAskedAndItsTokensMustFitToo() {
		NimbusJwtDecoder decoder = NimbusJwtDecoder
			.withSecretKey(new javax.crypto.spec.SecretKeySpec(Tokens.SECRET.getBytes(StandardCharsets.UTF_8), "HS"))
			.build();
		TokenVerifier verifier = verifier(decoder,
				settings("audiences", "ours", "issuer-uri", "https://not-compared.example"));
		assertThat(verifier.verify(Tokens.hs256((claims) -> claims.audience("ours"))).getName()).isEqualTo("alice");
		refuses(verifier, Tokens.hs256());
		refuses(verifier, Tokens.hs256((claims) -> claims.audience("ours").expirationTime(null)));
		refuses(verifier, Tokens.hs256((claims) -> claims.audience("ours").notBeforeTime(Tokens.in(600))));
		refuses(verifier, "a.b.c");
		assertThatExceptionOfType(CredentialsExpiredException.class).isThrownBy(() -> verifier
			.verify(Tokens.hs256((claims) -> claims.audience("ours").expirationTime(Tokens.in(-600)))));
	}

	@Test
	void decoderThatCannotTellIsUnavailable() {
		AuthServerProperties.Jwt settings = settings();
		JwtDecoder cannot = (token) -> {
			throw new JwtException("cannot say anything about " + token);
		};
		assertThatExceptionOfType(AuthenticationServiceException.class)
			.isThrownBy(() -> verifier(cannot, settings).verify("secret-token"))
			.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("secret-token").hasNoCause());
		JwtDecoder refuses = (token) -> {
			throw new BadJwtException("will not have " + token);
		};
		refuses(verifier(refuses, settings), "secret-token");
	}

	@Test
	void keysAtHandDoNotNeedToWait() {
		TokenVerification verification = decoders(settings("secret", Tokens.SECRET)).create();
		assertThat(verification.runsBean()).isFalse();
		assertThat(verification.verify(Tokens.hs256(), false).getName()).isEqualTo("alice");
		assertThatExceptionOfType(BadCredentialsException.class)
			.isThrownBy(() -> verification.verify(Tokens.hs256() + "x", false));
	}

	@Test
	void keysThatAreNotFetchedYetAreNotFetchedWhereNobodyMayWait() {
		try (KeyServer server = new KeyServer().serve(Tokens.RSA.toPublicJWK())) {
			TokenVerification verification = decoders(settings("jwk-set-uri", server.keysUrl())).create();
			String token = Tokens.rs256(Tokens.RSA);
			assertThat(verification.verify(token, false)).isNull();
			assertThat(server.fetches).hasValue(0);
			assertThat(verification.verify(token, true).getName()).isEqualTo("alice");
			assertThat(verification.verify(token, false).getName()).isEqualTo("alice");
			assertThat(server.fetches).hasValue(1);
		}
	}

	@Test
	void oneBrokenKeyOfASetDoesNotTakeTheOthersAway() {
		String good = Tokens.RSA.toPublicJWK().toJSONString();
		try (KeyServer server = new KeyServer().answer(200,
				"{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"broken\"}," + good + "]}")) {
			assertThat(verifier("jwk-set-uri", server.keysUrl()).verify(Tokens.rs256(Tokens.RSA)).getName())
				.isEqualTo("alice");
		}
	}

	@Test
	void weakRsaKeyOfASetIsIgnored() throws Exception {
		RSAKey weak = new RSAKey.Builder(Tokens.rsa1024()).keyID("weak").build();
		try (KeyServer server = new KeyServer().serve(weak.toPublicJWK(), Tokens.RSA.toPublicJWK())) {
			TokenVerifier verifier = verifier("jwk-set-uri", server.keysUrl());
			refuses(verifier,
					Tokens.sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak"),
							new com.nimbusds.jose.crypto.RSASSASigner(weak.toPrivateKey(),
									java.util.Set.of(com.nimbusds.jose.crypto.opts.AllowWeakRSAKey.getInstance())),
							(claims) -> {
							}));
			assertThat(verifier.verify(Tokens.rs256(Tokens.RSA)).getName()).isEqualTo("alice");
		}
	}

	@Test
	void decoderOfTheUsersIsNotCalledWhereNobodyMayWait() {
		JwtDecoder never = (text) -> {
			throw new AssertionError("called");
		};
		TokenVerification verification = new JwtTokenVerification(never, null, settings(), Clock.systemUTC());
		assertThat(verification.runsBean()).isTrue();
		assertThat(verification.verify(Tokens.hs256(), false)).isNull();
	}

	@Test
	void callersDoNotPrintTheirToken() {
		String token = Tokens.hs256();
		Authentication alice = secret().verify(token);
		assertThat(alice.toString()).contains("alice").doesNotContain(token);
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> alice.setAuthenticated(false));
		assertThat(AcceptedToken.of(alice).toString()).doesNotContain(token);
		assertThat(AcceptedToken.of(alice).expiresAt()).isBetween(Tokens.in(3590).toInstant(),
				Tokens.in(3601).toInstant());
	}

	@Test
	void publicKeyMustBeOne() {
		Path file = Tokens.write(this.directory.resolve("x.pem"), "-----BEGIN PRIVATE KEY-----\nsecret\n");
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> verifier("public-key-location", file.toUri().toString()))
			.withMessageContaining("jwt.public-key-location")
			.withMessageContaining("Holds no RSA or EC public key")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> verifier("public-key-location", "file:/does/not/exist.pem"))
			.withMessageContaining("Cannot be read.");
	}

	@Test
	void weakRsaKeyIsRefused() throws Exception {
		java.security.Key weak = Tokens.rsa1024().toPublicKey();
		assertThatExceptionOfType(SettingException.class).isThrownBy(() -> publicKey(weak))
			.withMessageContaining("less than 2048 bits");
	}

	@Test
	void withoutASourceThereIsNoDecoder() {
		assertThat(decoders(settings()).create()).isNull();
	}

	@Test
	void clockSkewIsOneMinute() {
		assertThat(settings().clockSkew()).isEqualTo(Duration.ofMinutes(1));
	}

}
