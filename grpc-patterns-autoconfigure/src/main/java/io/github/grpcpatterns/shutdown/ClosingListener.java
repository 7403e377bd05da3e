/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Announces the end of the application, before its servers stop: to the drain, to the
 * clients that ask for health, and to Spring Boot's readiness. A context that is only
 * stopped or paused does not come here.
 */
final class ClosingListener implements ApplicationListener<ContextClosedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(ClosingListener.class);

	private final ServerDrain drain;

	private final ObjectProvider<ReportedHealth> health;

	private final ApplicationContext context;

	ClosingListener(ServerDrain drain, ObjectProvider<ReportedHealth> health, ApplicationContext context) {
		this.drain = drain;
		this.health = health;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() != this.context) { // that of a child
			return;
		}
		this.drain.closing();
		try {
			this.health.ifAvailable(ReportedHealth::close);
			refuseTraffic();
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot announce the end of the application", ex);
		}
		this.drain.awaitContainer();
	}

	/**
	 * Where the application is a web application, Spring Boot has done it already.
	 */
	private void refuseTraffic() {
		ApplicationAvailability availability = this.context.getBeanProvider(ApplicationAvailability.class)
			.getIfUnique();
		AvailabilityChangeEvent<ReadinessState> last = (availability != null)
				? availability.getLastChangeEvent(ReadinessState.class) : null;
		if (last == null || last.getState() != ReadinessState.REFUSING_TRAFFIC) {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

}
