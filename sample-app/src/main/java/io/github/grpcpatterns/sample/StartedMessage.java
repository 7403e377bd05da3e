/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/**
 * Logs the addresses of the application once it has started.
 */
@Component
class StartedMessage {

	private static final Logger logger = LoggerFactory.getLogger(StartedMessage.class);

	@EventListener
	void ready(ApplicationReadyEvent event) {
		Environment environment = event.getApplicationContext().getEnvironment();
		String http = environment.getProperty("local.server.port");
		if (http == null) {
			return; // the client of the command line
		}
		String page = "http://localhost:" + http + "/";
		String token = environment.acceptsProfiles(Profiles.of("dev")) ? "curl -s " + page + "dev/token"
				: "no profile dev, see docs/sample.md";
		logger.info("Started: page {}, gRPC on port {}, token: {}", page, environment.getProperty("grpc.server.port"),
				token);
	}

}
