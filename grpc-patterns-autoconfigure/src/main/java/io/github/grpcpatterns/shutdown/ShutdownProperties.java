package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.github.grpcpatterns.internal.settings.Settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the shutdown of servers.
 *
 * @param enabled Whether to drain calls in progress before a server stops.
 * @param preStopDelay Time to keep serving after the health service reports NOT_SERVING.
 * Zero means no delay. If a duration suffix is not specified, seconds will be used.
 * @param drainTimeout Time for calls in progress to finish after the server has sent
 * GOAWAY; the remaining ones are ended. Zero means no waiting. If a duration suffix is
 * not specified, seconds will be used.
 */
@ConfigurationProperties(value = ShutdownProperties.PREFIX, ignoreUnknownFields = false)
public record ShutdownProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration preStopDelay,
		@DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS) Duration drainTimeout) {

	static final String PREFIX = "grpc.patterns.server.shutdown";

	public ShutdownProperties {
		Settings.notNegative("pre-stop-delay", preStopDelay);
		Settings.notNegative("drain-timeout", drainTimeout);
	}

}
