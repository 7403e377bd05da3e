/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.springframework.boot.micrometer.observation.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A registry that Spring Boot makes, as its auto-configuration does.
 */
@Configuration(proxyBeanMethods = false)
public class BootsObservationRegistry {

	@Bean
	ObservationRegistry observationRegistry() {
		return ObservationRegistry.create();
	}

}
