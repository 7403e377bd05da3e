package io.github.grpcpatterns.stream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Keeps the streams that are served within their limits; unary calls pass.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class StreamServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final StreamServerProperties properties;

	private final MethodOverrides<StreamServerProperties.Override> overrides;

	private final CallTimer timer;

	private final PendingBytes pendingBytes;

	private final Rates rates;

	private final PerMethod<StreamPolicy> policies = new PerMethod<>(this::policy);

	StreamServerInterceptor(StreamServerProperties properties, CallTimer timer) {
		this.properties = properties;
		this.overrides = properties.methodOverrides();
		this.timer = timer;
		this.pendingBytes = new PendingBytes(properties.totalBytes());
		this.rates = new Rates(timer);
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.STREAM;
	}

	/**
	 * Return what waits in all streams together.
	 */
	PendingBytes pendingBytes() {
		return this.pendingBytes;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("stream");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		if (method.getType() == MethodDescriptor.MethodType.UNARY) {
			return Map.of();
		}
		Lookup lookup = new Lookup(method.getFullMethodName());
		policy(method, lookup);
		if (!lookup.everyone) {
			lookup.settled.values().removeIf((setting) -> !setting.overridden());
		}
		return lookup.settled;
	}

	StreamPolicy policy(MethodDescriptor<?, ?> method) {
		return (method.getType() != MethodDescriptor.MethodType.UNARY)
				? policy(method, new Lookup(method.getFullMethodName())) : StreamPolicy.NONE;
	}

	private StreamPolicy policy(MethodDescriptor<?, ?> method, Lookup lookup) {
		StreamServerProperties defaults = lookup.everyone ? this.properties : StreamServerProperties.NONE;
		StreamServerProperties.RatePer ratePer = lookup.value("rate-per", StreamServerProperties.Override::ratePer,
				defaults.ratePer());
		return StreamPolicy.of(lookup.method, lookup.everyone,
				Settings.nanosOrNone(lookup.value("max-duration", StreamServerProperties.Override::maxDuration,
						defaults.maxDuration())),
				Settings.nanosOrNone(lookup.value("idle-timeout", StreamServerProperties.Override::idleTimeout,
						defaults.idleTimeout())),
				lookup.value("max-inbound-messages", StreamServerProperties.Override::maxInboundMessages,
						defaults.maxInboundMessages()),
				lookup.value("max-outbound-messages", StreamServerProperties.Override::maxOutboundMessages,
						defaults.maxOutboundMessages()),
				lookup
					.value("max-inbound-bytes", StreamServerProperties.Override::maxInboundBytes,
							defaults.maxInboundBytes())
					.toBytes(),
				lookup
					.value("max-outbound-bytes", StreamServerProperties.Override::maxOutboundBytes,
							defaults.maxOutboundBytes())
					.toBytes(),
				lookup.value("max-pending-bytes", StreamServerProperties.Override::maxPendingBytes,
						defaults.maxPendingBytes())
					.toBytes(),
				method.getType().clientSendsOneMessage() ? null
						: limit(lookup.setting("inbound-rate", StreamServerProperties.Override::inboundRate,
								defaults.inboundRate()),
								lookup.value("inbound-burst", StreamServerProperties.Override::inboundBurst,
										defaults.inboundBurst()),
								ratePer),
				method.getType().serverSendsOneMessage() ? null
						: limit(lookup.setting("outbound-rate", StreamServerProperties.Override::outboundRate,
								defaults.outboundRate()),
								lookup.value("outbound-burst", StreamServerProperties.Override::outboundBurst,
										defaults.outboundBurst()),
								ratePer));
	}

	private static @Nullable RateLimit limit(Setting<Double> rate, long burst, StreamServerProperties.RatePer per) {
		if (rate.value() == 0) {
			return null;
		}
		return RateLimit.of(rate.value(), (burst > 0) ? burst : (long) Math.ceil(rate.value()), per, rate.property());
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		StreamPolicy policy = this.policies.get(call.getMethodDescriptor());
		if (policy == StreamPolicy.NONE) {
			return next.startCall(call, headers);
		}
		ServerCallGuard guard = ServerCallGuard.current();
		if (policy.maxDurationNanos() != Long.MAX_VALUE) {
			long age = this.timer.nanoTime() - guard.record().startNanos();
			guard.endAfter(Math.max(0, policy.maxDurationNanos() - age), EndReason.STREAM_MAX_DURATION);
		}
		StreamCall<ReqT, RespT> limited = new StreamCall<>(call, guard, policy, this.timer, this.pendingBytes,
				this.rates);
		return new StreamListener<>(limited, next.startCall(limited, headers));
	}

	/**
	 * Asks for the settings of one method, and keeps the answers.
	 */
	private final class Lookup {

		private final String method;

		private final boolean everyone;

		private final Map<String, Setting<?>> settled = new LinkedHashMap<>();

		Lookup(String method) {
			this.method = method;
			this.everyone = !InfrastructureMethods.contains(method);
		}

		<V> Setting<V> setting(String name, Function<StreamServerProperties.Override, ? extends @Nullable V> setting,
				V defaultValue) {
			Setting<V> settled = StreamServerInterceptor.this.overrides.setting(this.method, name, setting,
					defaultValue, this.everyone);
			this.settled.put(name, settled);
			return settled;
		}

		<V> V value(String name, Function<StreamServerProperties.Override, ? extends @Nullable V> setting,
				V defaultValue) {
			return setting(name, setting, defaultValue).value();
		}

	}

}
