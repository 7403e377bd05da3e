/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * {@link ConfigurationProperties Properties} for the transport of servers. Zero means no
 * limit.
 *
 * @param enabled Whether to limit the transport and to check how the server listens.
 * @param maxConcurrentCallsPerConnection Concurrent calls on one connection; more wait at
 * the client.
 * @param maxResets Stream resets on one connection within 'max-resets-per' beyond which
 * it is closed.
 * @param maxResetsPer Period over which resets are counted, in whole seconds. If a
 * duration suffix is not specified, seconds will be used.
 * @param handshakeTimeout Time a new connection may take until the client has sent its
 * settings. If a duration suffix is not specified, seconds will be used.
 * @param maxConnectionIdle Time after which a connection without a call is closed. If a
 * duration suffix is not specified, seconds will be used.
 * @param maxConnectionAge Time after which a connection accepts no more calls, so that
 * clients reconnect. If a duration suffix is not specified, seconds will be used.
 * @param maxConnectionAgeGrace Time for the calls of a connection to end once it has
 * reached its maximum age. If a duration suffix is not specified, seconds will be used.
 * @param permitKeepAliveTime Shortest time between two keep-alive pings of a client. If a
 * duration suffix is not specified, seconds will be used.
 * @param plaintext What to do if a server listens without TLS beyond loopback.
 * @param reflectionBeyondLoopback What to do if a server serves reflection beyond
 * loopback.
 * @param versionFloor What to do if a version of grpc-java or Netty has published faults.
 */
@ConfigurationProperties(value = "grpc.patterns.server.transport", ignoreUnknownFields = false)
public record TransportProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("1000") int maxConcurrentCallsPerConnection, @DefaultValue("5000") int maxResets,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration maxResetsPer,
		@DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS) Duration handshakeTimeout,
		@DefaultValue("10m") @DurationUnit(ChronoUnit.SECONDS) Duration maxConnectionIdle,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration maxConnectionAge,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration maxConnectionAgeGrace,
		@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration permitKeepAliveTime,
		@DefaultValue("warn") Exposure plaintext, @DefaultValue("warn") Exposure reflectionBeyondLoopback,
		@DefaultValue("warn") OldVersion versionFloor) {

	/**
	 * Check the settings.
	 * @throws SettingException if a value is not valid
	 */
	public TransportProperties {
		Settings.notNegative("max-concurrent-calls-per-connection", maxConcurrentCallsPerConnection);
		Settings.notNegative("max-resets", maxResets);
		Settings.notNegative("max-resets-per", maxResetsPer);
		if (maxResetsPer.getNano() != 0 || maxResetsPer.getSeconds() > Integer.MAX_VALUE) {
			throw new SettingException("max-resets-per", maxResetsPer, "Must be whole seconds.");
		}
		Settings.notNegative("handshake-timeout", handshakeTimeout);
		Settings.notNegative("max-connection-idle", maxConnectionIdle);
		Settings.notNegative("max-connection-age", maxConnectionAge);
		Settings.notNegative("max-connection-age-grace", maxConnectionAgeGrace);
		Settings.notNegative("permit-keep-alive-time", permitKeepAliveTime);
	}

	/**
	 * What to do if a server is reachable from other hosts.
	 */
	public enum Exposure {

		/** Log a warning at the start. */
		WARN,

		/** Nothing. */
		ALLOW,

		/** Fail the start. */
		DENY

	}

	/**
	 * What to do if a version has published faults.
	 */
	public enum OldVersion {

		/** Log a warning at the start. */
		WARN,

		/** Fail the start. */
		FAIL,

		/** Nothing. */
		OFF

	}

}
