/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The libraries that patterns need and that a build may lack.
 */
public enum Library {

	/** Token buckets. */
	BUCKET4J("io.github.bucket4j.Bucket", "com.bucket4j:bucket4j_jdk17-core"),

	/** Bounded caches. */
	CAFFEINE("com.github.benmanes.caffeine.cache.Caffeine", "com.github.ben-manes.caffeine:caffeine"),

	/** Meters. */
	MICROMETER("io.micrometer.core.instrument.MeterRegistry", "io.micrometer:micrometer-core"),

	/** Identities. */
	SPRING_SECURITY("org.springframework.security.core.Authentication",
			"org.springframework.security:spring-security-core"),

	/** JWTs. */
	SPRING_SECURITY_JOSE("org.springframework.security.oauth2.jwt.NimbusJwtDecoder",
			"org.springframework.security:spring-security-oauth2-jose"),

	/** What a token may do. */
	SPRING_SECURITY_OAUTH2("org.springframework.security.oauth2.core.OAuth2Token",
			"org.springframework.security:spring-security-oauth2-core"),

	/** Signatures. */
	NIMBUS("com.nimbusds.jwt.proc.DefaultJWTProcessor", "com.nimbusds:nimbus-jose-jwt"),

	/** Retries. */
	RESILIENCE4J_RETRY("io.github.resilience4j.retry.Retry", "io.github.resilience4j:resilience4j-retry"),

	/** What all of Resilience4j needs. */
	RESILIENCE4J_CORE("io.github.resilience4j.core.IntervalFunction", "io.github.resilience4j:resilience4j-core"),

	/** Rules in proto files. */
	PROTOVALIDATE("build.buf.protovalidate.Validator", "build.buf:protovalidate"),

	/** Expressions of rules. */
	CEL("dev.cel.bundle.Cel", "dev.cel:cel"),

	/** Regular expressions of rules. */
	RE2J("com.google.re2j.Pattern", "com.google.re2j:re2j");

	private final String type;

	private final String artifact;

	Library(String type, String artifact) {
		this.type = type;
		this.artifact = artifact;
	}

	/**
	 * Return the name of one of its classes.
	 * @return the name
	 */
	String type() {
		return this.type;
	}

	/**
	 * Return its group and artifact.
	 * @return {@code group:artifact}
	 */
	String artifact() {
		return this.artifact;
	}

	/**
	 * Return whether the library is on the class path.
	 * @param classLoader the class loader of the application
	 * @return whether it is
	 */
	public boolean present(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent(this.type, classLoader);
	}

}
