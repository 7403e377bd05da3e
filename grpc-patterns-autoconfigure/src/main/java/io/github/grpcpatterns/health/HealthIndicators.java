/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ClassUtils;

/**
 * Asks health contributors again and again, on a thread of its own, and sets the health
 * of the server to the worst of what they say.
 * <p>
 * The first answer is waited for, one interval at most, before the server listens. A
 * contributor that has not answered when it is to be asked again counts as down until it
 * does.
 */
final class HealthIndicators implements SmartInitializingSingleton, SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(HealthIndicators.class);

	/** Statuses with which Spring Boot's own servers do not serve. */
	private static final Set<String> BAD = Set.of("DOWN", "OUT_OF_SERVICE");

	/** The servers of net.devh start last and stop first. */
	private static final int PHASE = Integer.MAX_VALUE - 1;

	private final List<String> names;

	private final long intervalNanos;

	private final ApplicationHealth health;

	private final List<HealthStatusManager> managers;

	private final CallTimer timer;

	private @Nullable Asking asking;

	private HealthIndicators(HealthServerProperties properties, CallTimer timer, ApplicationHealth health,
			List<HealthStatusManager> managers) {
		this.names = properties.indicators();
		this.intervalNanos = Settings.nanosOrNone(properties.interval());
		this.health = health;
		this.managers = managers;
		this.timer = timer;
	}

	/**
	 * Create it from the beans of an application.
	 * @throws SettingException if the application has no health to ask or to report
	 */
	static HealthIndicators of(HealthServerProperties properties, CallTimer timer,
			ConfigurableListableBeanFactory beans) {
		List<HealthStatusManager> managers = managers(beans);
		if (managers.isEmpty()) {
			throw needs("the health service of the gRPC server",
					"Do not set 'grpc.server.health-service-enabled=false', or remove the setting.");
		}
		ApplicationHealth health = ApplicationHealth.find(beans);
		if (health == null) {
			throw needs("Spring Boot's health endpoint",
					"Add 'org.springframework.boot:spring-boot-starter-actuator' and do not disable or exclude the "
							+ "'health' endpoint, or remove the setting.");
		}
		return new HealthIndicators(properties, timer, health, managers);
	}

	private static List<HealthStatusManager> managers(ConfigurableListableBeanFactory beans) {
		return ClassUtils.isPresent("io.grpc.protobuf.services.HealthStatusManager", beans.getBeanClassLoader())
				? beans.getBeanProvider(HealthStatusManager.class).stream().toList() : List.of();
	}

	private static SettingException needs(String what, String action) {
		return new SettingException(HealthServerProperties.PREFIX + ".indicators", null,
				"Needs " + what + ", which does not exist.", action);
	}

	/**
	 * Check the names when every bean is there that may add contributors, and before any
	 * server listens.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		Set<String> known = this.health.names();
		for (int i = 0; i < this.names.size(); i++) {
			String name = this.names.get(i);
			if (!known.contains(name.split("/")[0])) {
				throw new SettingException(HealthServerProperties.PREFIX + ".indicators[" + i + "]", name,
						"Is neither a health contributor nor a group of them. There are: " + String.join(", ", known)
								+ ".");
			}
		}
	}

	@Override
	public void start() {
		Asking asking = new Asking();
		this.asking = asking;
		asking.begin();
	}

	@Override
	public void stop() {
		Asking asking = this.asking;
		if (asking != null) {
			this.asking = null;
			asking.end();
		}
	}

	@Override
	public boolean isRunning() {
		return this.asking != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * From a start to a stop.
	 */
	private final class Asking {

		private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "grpc-patterns-health");
			thread.setDaemon(true);
			return thread;
		});

		private final CountDownLatch answered = new CountDownLatch(1);

		private boolean unanswered;

		private boolean ended;

		private List<String> reported = List.of();

		void begin() {
			next();
			try {
				if (!this.answered.await(HealthIndicators.this.intervalNanos, TimeUnit.NANOSECONDS)) {
					late();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		synchronized void end() {
			this.ended = true;
			this.thread.shutdownNow();
		}

		private synchronized void next() {
			if (this.ended) {
				return;
			}
			HealthIndicators.this.timer.schedule(this::next, HealthIndicators.this.intervalNanos);
			if (this.unanswered) {
				HealthIndicators.this.timer.executor().execute(this::late);
			}
			else {
				this.unanswered = true;
				this.thread.execute(this::ask);
			}
		}

		private void ask() {
			List<String> bad = new ArrayList<>();
			for (String name : HealthIndicators.this.names) {
				String status = status(name);
				if (BAD.contains(status)) {
					bad.add(name + " is " + status);
				}
			}
			try {
				answer(bad);
			}
			finally {
				this.answered.countDown();
			}
		}

		private synchronized void answer(List<String> bad) {
			this.unanswered = false;
			report(bad);
		}

		private String status(String name) {
			try {
				return HealthIndicators.this.health.status(name);
			}
			catch (RuntimeException | LinkageError ex) {
				logger.warn("The health contributor '{}' failed", name, ex);
				return "DOWN";
			}
		}

		private synchronized void late() {
			if (this.unanswered) {
				report(List.of("no answer within the interval"));
			}
		}

		private void report(List<String> bad) {
			if (this.ended) {
				return;
			}
			if (!bad.isEmpty() && !bad.equals(this.reported)) {
				logger.warn("gRPC health is NOT_SERVING: {}", String.join(", ", bad));
			}
			else if (bad.isEmpty() && !this.reported.isEmpty()) {
				logger.info("gRPC health is SERVING again");
			}
			this.reported = bad;
			for (HealthStatusManager manager : HealthIndicators.this.managers) {
				manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
						bad.isEmpty() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
			}
		}

	}

}
