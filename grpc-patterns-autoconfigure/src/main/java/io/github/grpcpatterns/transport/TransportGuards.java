package io.github.grpcpatterns.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.StackServer;
import io.github.grpcpatterns.transport.TransportProperties.Exposure;
import io.github.grpcpatterns.transport.TransportProperties.OldVersion;
import io.grpc.ServerBuilder;
import io.grpc.internal.GrpcUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a server on Netty before it is built, and thus before it listens: the versions
 * that it uses, and its exposure to other hosts. Whether it serves reflection is known
 * once it is built.
 * <p>
 * The stack's settings determine how it listens. TLS that a customizer of the application
 * enables is not detected; use {@code plaintext: allow} then.
 */
final class TransportGuards implements ServerBuilderHook, ServedMethodsCheck {

	private static final Logger logger = LoggerFactory.getLogger(TransportGuards.class);

	private static final String PREFIX = "grpc.patterns.server.transport.";

	private static final String CORE_VERSION = GrpcUtil.getGrpcBuildVersion().getImplementationVersion();

	private final TransportProperties properties;

	private final List<StackServer> servers;

	private final RegisteredMethods methods;

	private volatile boolean netty;

	TransportGuards(TransportProperties properties, List<StackServer> servers, RegisteredMethods methods) {
		this.properties = properties;
		this.servers = servers;
		this.methods = methods;
	}

	@Override
	public void customize(ServerBuilder<?> builder) {
		NettyTransport netty = NettyTransport.of(builder);
		if (netty == null) {
			return;
		}
		this.netty = true;
		checkVersions(builder, netty);
		this.servers.stream().filter((server) -> isBeyondLoopback(server.address())).forEach(this::checkPlaintext);
	}

	@Override
	public void check() {
		if (this.netty && this.methods.all().keySet().stream().anyMatch(InfrastructureMethods::reflection)) {
			this.servers.stream().filter((server) -> isBeyondLoopback(server.address())).forEach(this::checkReflection);
		}
	}

	private void checkVersions(ServerBuilder<?> builder, NettyTransport netty) {
		if (this.properties.versionFloor() == OldVersion.OFF) {
			return;
		}
		List<String> complaints = new ArrayList<>(
				VersionFloor.complaints(VersionFloor.GRPC_JAVA, CORE_VERSION, version(builder)));
		complaints.addAll(netty.complaints());
		if (complaints.isEmpty()) {
			return;
		}
		String text = String.join(" ", complaints);
		if (this.properties.versionFloor() == OldVersion.FAIL) {
			throw new SettingException(PREFIX + "version-floor", "fail", text,
					"Raise these versions, or set '" + PREFIX + "version-floor=warn' to log a warning instead.");
		}
		logger.warn("{} ('{}version-floor=off' silences this)", text, PREFIX);
	}

	/**
	 * The version of the transport, which may be another one than that of the core. In a
	 * jar that was repacked the manifest is about something else.
	 */
	private static @Nullable String version(ServerBuilder<?> builder) {
		return CORE_VERSION.equals(GrpcUtil.class.getPackage().getImplementationVersion())
				? builder.getClass().getPackage().getImplementationVersion() : null;
	}

	private void checkPlaintext(StackServer server) {
		if (!server.tls()) {
			report("plaintext", this.properties.plaintext(),
					"The server listens on %s without TLS: anyone on the network path can read and change every call, tokens included."
						.formatted(listening(server)),
					"Turn TLS on with '%s', or listen on loopback only with '%s'".formatted(server.tlsProperty(),
							server.addressProperty()));
		}
	}

	private void checkReflection(StackServer server) {
		report("reflection-beyond-loopback", this.properties.reflectionBeyondLoopback(),
				"The server listens on %s and serves reflection, which describes every service, method and message to anyone who can call it."
					.formatted(listening(server)),
				"Turn it off with '%s=false', or listen on loopback only with '%s'"
					.formatted(server.reflectionProperty(), server.addressProperty()));
	}

	private static void report(String setting, Exposure exposure, String text, String action) {
		switch (exposure) {
			case WARN -> logger.warn("{} {}; if this is intended, set '{}{}=allow'.", text, action, PREFIX, setting);
			case DENY -> throw new SettingException(PREFIX + setting, "deny", text, action + ".");
			case ALLOW -> {
			}
		}
	}

	private static String listening(StackServer server) {
		return server.address().equals("*") ? "every address" : server.address();
	}

	private static boolean isBeyondLoopback(String address) {
		if (address.startsWith("unix:")) {
			return false;
		}
		if (address.equals("*")) {
			return true;
		}
		try {
			return !InetAddress.getByName(address).isLoopbackAddress();
		}
		catch (UnknownHostException ex) {
			return true;
		}
	}

}
