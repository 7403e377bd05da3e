package io.github.grpcpatterns.sample.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
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

	@Bean(initMethod = "attach", destroyMethod = "detach")
	MemoryAppender logMemoryAppender(LogMemory memory) {
		return new MemoryAppender(memory);
	}

	/**
	 * Stays where logging is configured anew, which takes all appenders away.
	 */
	static final class MemoryAppender extends AppenderBase<ILoggingEvent> implements LoggerContextListener {

		private final LogMemory memory;

		private final LoggerContext loggers;

		MemoryAppender(LogMemory memory) {
			this.memory = memory;
			this.loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
			setContext(this.loggers);
			setName("sample-memory");
		}

		void attach() {
			this.loggers.addListener(this);
			onReset(this.loggers);
		}

		void detach() {
			this.loggers.removeListener(this);
			root().detachAppender(this);
			stop();
		}

		private Logger root() {
			return this.loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
		}

		@Override
		public boolean isResetResistant() {
			return true;
		}

		@Override
		public void onReset(LoggerContext context) {
			start();
			root().addAppender(this);
		}

		@Override
		public void onStart(LoggerContext context) {
		}

		@Override
		public void onStop(LoggerContext context) {
		}

		@Override
		public void onLevelChange(Logger logger, Level level) {
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
