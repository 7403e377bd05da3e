/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Remembers what is logged from the start of the application on.
 */
@Configuration(proxyBeanMethods = false)
class LogConfiguration {

	/** Some megabytes. */
	private static final int CAPACITY = 10_000;

	@Bean
	LogMemory logMemory() {
		return new LogMemory(CAPACITY);
	}

	@Bean(initMethod = "start", destroyMethod = "stop")
	MemoryAppender logMemoryAppender(LogMemory memory) {
		return new MemoryAppender(memory);
	}

	static final class MemoryAppender extends AppenderBase<ILoggingEvent> {

		private final LogMemory memory;

		private final Logger root;

		MemoryAppender(LogMemory memory) {
			LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
			this.memory = memory;
			this.root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
			setContext(loggers);
			setName("sample-memory");
		}

		@Override
		public void start() {
			super.start();
			this.root.addAppender(this);
		}

		@Override
		public void stop() {
			this.root.detachAppender(this);
			super.stop();
		}

		@Override
		protected void append(ILoggingEvent event) {
			// What is logged by sending it would never come to an end
			if (!event.getThreadName().equals(LogGrpcService.THREAD)) {
				this.memory.add(LogEntries.of(event));
			}
		}

	}

}
