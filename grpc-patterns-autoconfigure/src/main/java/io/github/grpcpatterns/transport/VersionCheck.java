/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.GrpcStack;
import io.github.grpcpatterns.transport.TransportProperties.OldVersion;
import io.grpc.internal.GrpcUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Checks the versions of grpc-java and Netty that this process uses: those of clients on
 * startup, those of a server before it is built. Each is reported once.
 */
final class VersionCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(VersionCheck.class);

	private static final String PREFIX = "grpc.patterns.server.transport.";

	private static final @Nullable String CORE_VERSION = GrpcUtil.getGrpcBuildVersion().getImplementationVersion();

	private final OldVersion reaction;

	private final @Nullable String coreVersion;

	private final ObjectProvider<GrpcStack> stacks;

	private final @Nullable NettyTransport clientTransport;

	private final List<String> reported = new ArrayList<>();

	/**
	 * Create it.
	 * @param reaction what to do about an old version
	 * @param stacks the stacks in use
	 * @param clientTransport the transport of channels, {@code null} if it is not Netty
	 */
	VersionCheck(OldVersion reaction, ObjectProvider<GrpcStack> stacks, @Nullable NettyTransport clientTransport) {
		this(reaction, stacks, clientTransport, CORE_VERSION);
	}

	VersionCheck(OldVersion reaction, ObjectProvider<GrpcStack> stacks, @Nullable NettyTransport clientTransport,
			@Nullable String coreVersion) {
		this.reaction = reaction;
		this.stacks = stacks;
		this.clientTransport = clientTransport;
		this.coreVersion = coreVersion;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.stacks.stream().anyMatch((stack) -> stack.side() == Side.CLIENT)) {
			check(this.clientTransport);
		}
	}

	/**
	 * Check what a server or a channel uses.
	 * @param netty its transport, {@code null} if it is not Netty
	 * @throws SettingException if a version is too old and that is to fail the start
	 */
	void check(@Nullable NettyTransport netty) {
		if (this.reaction == OldVersion.OFF) {
			return;
		}
		List<String> complaints = new ArrayList<>(
				VersionFloor.complaints(VersionFloor.GRPC_JAVA, this.coreVersion, transportVersion(netty)));
		if (netty != null) {
			complaints.addAll(netty.complaints());
		}
		complaints.removeAll(this.reported);
		if (complaints.isEmpty()) {
			return;
		}
		this.reported.addAll(complaints);
		String text = String.join(" ", complaints);
		if (this.reaction == OldVersion.FAIL) {
			throw new SettingException(PREFIX + "version-floor", "fail", text,
					"Raise these versions, or set '" + PREFIX + "version-floor=warn' to log a warning instead.");
		}
		logger.warn("{} ('{}version-floor=off' silences this)", text, PREFIX);
	}

	/**
	 * The version of the transport, which may be another one than that of the core. In a
	 * jar that was repacked the manifest is about something else.
	 */
	private static @Nullable String transportVersion(@Nullable NettyTransport netty) {
		return (netty != null && CORE_VERSION != null
				&& CORE_VERSION.equals(GrpcUtil.class.getPackage().getImplementationVersion())) ? netty.grpcVersion()
						: null;
	}

}
