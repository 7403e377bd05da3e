/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import io.github.grpcpatterns.sample.logs.v1.LogRequest;
import io.github.grpcpatterns.sample.logs.v1.LogServiceGrpc;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code logs.v1.LogService} over HTTP.
 */
@RestController
class LogController {

	private final Backend backend;

	LogController(Backend backend) {
		this.backend = backend;
	}

	@GetMapping(path = "/api/logs", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter logs(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestParam(defaultValue = "") String service, @RequestParam(defaultValue = "") String level,
			@RequestParam(defaultValue = "0") long since) {
		LogRequest request = LogRequest.newBuilder()
			.setServiceName(service)
			.setLevel(level)
			.setSinceTimestamp(since)
			.build();
		return Events.of((events) -> LogServiceGrpc.newStub(this.backend.as(caller)).streamLogs(request, events),
				(LogEntry entry) -> "");
	}

}
