/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the shutdown of servers.
 *
 * @param enabled Whether to drain calls in progress before a server stops.
 * @param preStopDelay Time to keep serving after the health service reports NOT_SERVING.
 * 'auto' means 5s on Kubernetes and no delay elsewhere, zero means no delay. If a
 * duration suffix is not specified, seconds will be used.
 * @param drainTimeout Time for calls in progress to finish after the server has sent
 * GOAWAY; the remaining ones are ended. Zero means no waiting. If a duration suffix is
 * not specified, seconds will be used.
 */
@ConfigurationProperties(value = ShutdownProperties.PREFIX, ignoreUnknownFields = false)
public record ShutdownProperties(@DefaultValue("true") boolean enabled, @DefaultValue("auto") String preStopDelay,
		@DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS) Duration drainTimeout) {

	static final String PREFIX = "grpc.patterns.server.shutdown";

	private static final String AUTO = "auto";

	/** Kubernetes takes about this long to route no more traffic to a pod that ends. */
	private static final Duration KUBERNETES_DELAY = Duration.ofSeconds(5);

	public ShutdownProperties {
		preStopDelay = preStopDelay.strip();
		if (!preStopDelay.equalsIgnoreCase(AUTO)) {
			Settings.notNegative("pre-stop-delay", duration(preStopDelay));
		}
		Settings.notNegative("drain-timeout", drainTimeout);
	}

	private static Duration duration(String text) {
		try {
			return DurationStyle.detectAndParse(text, ChronoUnit.SECONDS);
		}
		catch (IllegalArgumentException ex) {
			throw new SettingException("pre-stop-delay", text, "Must be 'auto' or a duration, such as '5s'.");
		}
	}

	/**
	 * Return the delay that applies.
	 * @param kubernetes whether this process runs on Kubernetes
	 * @return the delay
	 */
	Duration preStopDelay(boolean kubernetes) {
		if (this.preStopDelay.equalsIgnoreCase(AUTO)) {
			return kubernetes ? KUBERNETES_DELAY : Duration.ZERO;
		}
		return duration(this.preStopDelay);
	}

}
