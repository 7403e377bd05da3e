package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * A library that a pattern needs and that a build may lack.
 *
 * @param type a class of it
 * @param artifact its group and artifact, as in {@code group:artifact}
 */
public record Library(String type, String artifact) {

	/** Token buckets. */
	public static final Library BUCKET4J = new Library("io.github.bucket4j.Bucket", "com.bucket4j:bucket4j_jdk17-core");

	/** Bounded caches. */
	public static final Library CAFFEINE = new Library("com.github.benmanes.caffeine.cache.Caffeine",
			"com.github.ben-manes.caffeine:caffeine");

	/** Meters. */
	public static final Library MICROMETER = new Library("io.micrometer.core.instrument.MeterRegistry",
			"io.micrometer:micrometer-core");

	/**
	 * Return whether the library is on the class path.
	 * @param classLoader the class loader of the application
	 * @return whether it is
	 */
	public boolean present(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent(this.type, classLoader);
	}

}
