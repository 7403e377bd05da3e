/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.springframework.boot.micrometer.observation.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

/**
 * The callback of Spring Boot by its name and shape. Its jar would bring
 * auto-configuration into every other test.
 *
 * @param <T> the type of the registry
 */
@FunctionalInterface
public interface ObservationRegistryCustomizer<T extends ObservationRegistry> {

	void customize(T registry);

}
