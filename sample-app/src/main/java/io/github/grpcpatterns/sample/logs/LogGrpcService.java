/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import io.github.grpcpatterns.sample.logs.v1.LogRequest;
import io.github.grpcpatterns.sample.logs.v1.LogServiceGrpc.LogServiceImplBase;
import io.github.grpcpatterns.stub.StreamWriter;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;

/**
 * {@code logs.v1.LogService}.
 */
@GrpcService
class LogGrpcService extends LogServiceImplBase implements DisposableBean {

	/** Where streams are told what was logged. */
	static final String THREAD = "log-stream";

	private final LogMemory memory;

	// Who logs while the application ends must not be bothered
	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(), (task) -> new Thread(task, THREAD), new ThreadPoolExecutor.DiscardPolicy());

	private final String application;

	LogGrpcService(LogMemory memory, @Value("${spring.application.name}") String application) {
		this.memory = memory;
		this.application = application;
	}

	@Override
	public void streamLogs(LogRequest request, StreamObserver<LogEntry> responses) {
		StreamWriter.send(new LogPublisher(this.memory, LogEntries.wanted(request, this.application), this.executor),
				responses);
	}

	@Override
	public void destroy() {
		this.executor.shutdownNow();
	}

}
