/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KeySetReader}.
 */
@ExtendWith(OutputCaptureExtension.class)
class KeySetReaderTests {

	private static final String SOURCE = "https://issuer.example/keys";

	private final KeySetReader reader = new KeySetReader();

	static List<Arguments> unusable() throws Exception {
		RSAKey weak = new RSAKey.Builder(Tokens.rsa1024().toPublicJWK()).keyID("broken").build();
		return List.of(Arguments.of("not a JSON object", "\"text\""), Arguments.of("not a JSON object", "null"),
				Arguments.of("cannot be read", "{\"kid\":\"broken\"}"),
				Arguments.of("cannot be read", "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"broken\"}"),
				Arguments.of("cannot be read", "{\"kty\":7,\"kid\":\"broken\"}"),
				Arguments.of("cannot be read", "{\"kty\":\"XYZ\",\"kid\":\"broken\"}"),
				Arguments.of("cannot be read", with(Tokens.EC.toPublicJWK(), "crv", "P-999")),
				Arguments.of("cannot be read", with(Tokens.EC.toPublicJWK(), "x", "AAAA")),
				Arguments.of("cannot be read", with(Tokens.RSA.toPublicJWK(), "x5c", List.of("MIIB"))),
				Arguments.of("cannot be read", with(Tokens.RSA.toPublicJWK(), "use", 7)),
				Arguments.of("cannot be read", with(Tokens.RSA.toPublicJWK(), "e", "AQ")),
				Arguments.of("1024 bits, and at least 2048 are required", weak.toJSONString()),
				Arguments.of("no algorithm uses its curve secp256k1",
						"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"kid\":\"broken\","
								+ "\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\","
								+ "\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\"}"),
				Arguments.of("keys of type oct are not supported",
						"{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"broken\"}"),
				Arguments.of("keys of type OKP are not supported",
						"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"broken\","
								+ "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"),
				Arguments.of("not for verifying signatures",
						new RSAKey.Builder(Tokens.RSA.toPublicJWK()).keyID("broken")
							.keyUse(KeyUse.ENCRYPTION)
							.build()
							.toJSONString()),
				Arguments.of("not for verifying signatures",
						new RSAKey.Builder(Tokens.RSA.toPublicJWK()).keyID("broken")
							.keyOperations(java.util.Set.of(KeyOperation.SIGN))
							.build()
							.toJSONString()));
	}

	private static String with(JWK key, String name, Object value) {
		Map<String, Object> members = new HashMap<>(key.toJSONObject());
		members.put("kid", "broken");
		members.put(name, value);
		return JSONObjectUtils.toJSONString(members);
	}

	private List<JWK> read(String... keys) throws IOException {
		byte[] body = ("{\"keys\":[" + String.join(",", keys) + "]}").getBytes(StandardCharsets.UTF_8);
		return this.reader.read(SOURCE, body).getKeys();
	}

	@ParameterizedTest
	@MethodSource("unusable")
	void aKeyThatCannotBeUsedIsIgnoredAndTheOthersCount(String reason, String broken, CapturedOutput output)
			throws Exception {
		String first = Tokens.RSA.toPublicJWK().toJSONString();
		String last = Tokens.EC.toPublicJWK().toJSONString();
		assertThat(read(first, broken, last)).extracting(JWK::getKeyID).containsExactly("rsa-1", "ec-1");
		String key = broken.contains("kid") ? "'broken'" : "keys[1]";
		assertThat(output).contains("Ignored the key " + key + " from " + SOURCE + ": ", reason);
	}

	@Test
	void itIsLoggedOnce(CapturedOutput output) throws Exception {
		String good = Tokens.RSA.toPublicJWK().toJSONString();
		for (int i = 0; i < 3; i++) {
			read(good, "{\"kid\":\"broken\"}");
		}
		assertThat(output.getAll().split("Ignored the key", -1)).hasSize(2);
	}

	@Test
	void aServerThatInventsKeysDoesNotFillTheLog(CapturedOutput output) throws Exception {
		String good = Tokens.RSA.toPublicJWK().toJSONString();
		for (int i = 0; i < 200; i++) {
			read(good, "{\"kid\":\"broken-" + i + "\"}");
		}
		assertThat(output.getAll().split("Ignored the key", -1)).hasSize(101);
	}

	@Test
	void aForeignTextStaysInItsLine(CapturedOutput output) throws Exception {
		read(Tokens.RSA.toPublicJWK().toJSONString(), "{\"kid\":\"a\\nb" + "c".repeat(500) + "\"}");
		assertThat(output).contains("Ignored the key 'a?bccc").doesNotContain("c".repeat(300));
	}

	@Test
	void everyCurveAndTheUseOfSignaturesAreAccepted() throws Exception {
		assertThat(read(
				new RSAKey.Builder(Tokens.RSA.toPublicJWK()).keyUse(KeyUse.SIGNATURE)
					.keyOperations(java.util.Set.of(KeyOperation.VERIFY))
					.build()
					.toJSONString(),
				Tokens.ec("a", Curve.P_384).toPublicJWK().toJSONString(),
				Tokens.ec("b", Curve.P_521).toPublicJWK().toJSONString()))
			.hasSize(3);
	}

	@Test
	void aSetWithoutAUsableKeyIsNone() {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> read("{\"kid\":\"broken\"}"))
			.withMessageContaining("without a usable key");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> read()).withMessageContaining("without keys");
	}

}
