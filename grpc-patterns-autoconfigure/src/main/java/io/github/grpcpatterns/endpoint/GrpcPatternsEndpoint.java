package io.github.grpcpatterns.endpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CalledMethods;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the effective policy of each method and the property that decided it, lists the
 * open streams, and ends one.
 * <p>
 * May be called from any thread. Nothing is computed before it is called.
 */
@Endpoint(id = "grpcpatterns")
public final class GrpcPatternsEndpoint {

	private static final String STREAMS = "streams";

	private static final long NANOS_PER_MILLI = 1_000_000;

	private final RegisteredMethods served;

	private final CalledMethods called;

	private final LiveCalls liveCalls;

	private final CallTimer timer;

	private final List<MethodSettingsSource> sources;

	GrpcPatternsEndpoint(RegisteredMethods served, CalledMethods called, LiveCalls liveCalls, CallTimer timer,
			Collection<MethodSettingsSource> sources) {
		this.served = served;
		this.called = called;
		this.liveCalls = liveCalls;
		this.timer = timer;
		this.sources = sources.stream()
			.sorted(Comparator.comparing(MethodSettingsSource::pattern,
					Comparator.comparing(ActivePattern::side).thenComparing(ActivePattern::name)))
			.toList();
	}

	/**
	 * Return each method that is served or was called, with what holds for it. Settings
	 * of the server are those of served methods; settings of the client are what holds
	 * where this process calls the method.
	 * @return the methods in the order of names
	 */
	@ReadOperation
	public MethodReport methods() {
		Map<String, MethodDescriptor<?, ?>> methods = new TreeMap<>();
		this.called.all().forEach((method) -> methods.put(method.getFullMethodName(), method));
		methods.putAll(this.served.all());
		return new MethodReport(methods.values().stream().map(this::method).toList());
	}

	private MethodReport.Method method(MethodDescriptor<?, ?> method) {
		boolean served = this.served.contains(method.getFullMethodName());
		Map<String, MethodReport.Setting> settings = new LinkedHashMap<>();
		for (MethodSettingsSource source : this.sources) {
			if (served || source.pattern().side() == ActivePattern.Side.CLIENT) {
				String prefix = source.pattern().name() + ".";
				source.settings(method)
					.forEach((name, setting) -> settings.put(prefix + name,
							new MethodReport.Setting(SettingText.of(setting.value()), setting.property())));
			}
		}
		MethodSettingsSource.Access access = served ? access(method) : null;
		return new MethodReport.Method(method.getFullMethodName(), CallRecord.kind(method),
				(access != null) ? access.kind().name().toLowerCase(Locale.ROOT) : null,
				(access != null) ? access.authorities() : null, settings);
	}

	private MethodSettingsSource.Access access(MethodDescriptor<?, ?> method) {
		return this.sources.stream()
			.map((source) -> source.access(method))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(MethodSettingsSource.Access.PUBLIC);
	}

	/**
	 * Return the streams that live, those of health and reflection too.
	 * @param list {@code streams}
	 * @return the streams, the oldest first, or {@code null} for another list, of which
	 * there is none
	 */
	@ReadOperation
	public @Nullable LiveStreams streams(@Selector String list) {
		if (!list.equals(STREAMS)) {
			return null;
		}
		long now = this.timer.nanoTime();
		List<LiveStreams.Stream> streams = new ArrayList<>();
		this.liveCalls.forEach((call) -> {
			if (call.streaming() && call.guard().alive()) {
				streams.add(stream(call, now));
			}
		});
		streams.sort(Comparator.comparingLong(LiveStreams.Stream::ageMillis).reversed());
		return new LiveStreams(streams);
	}

	private static LiveStreams.Stream stream(CallRecord call, long now) {
		return new LiveStreams.Stream(id(call), call.methodName(), call.peerText(), call.principal(),
				call.correlationId(), millis(now - call.startNanos()), millis(now - call.traffic().lastMessageNanos()),
				call.traffic().messagesReceived(), call.traffic().messagesSent(), call.traffic().bytesReceived(),
				call.traffic().bytesSent());
	}

	/**
	 * As text, for JavaScript cannot hold every number that has 64 bits.
	 */
	private static String id(CallRecord call) {
		return Long.toString(call.guard().id());
	}

	/**
	 * Never negative: what is read belongs to a call that goes on meanwhile.
	 */
	private static long millis(long nanos) {
		return Math.max(0, nanos) / NANOS_PER_MILLI;
	}

	/**
	 * End a stream as {@link EndReason#TERMINATED}.
	 * @param list {@code streams}
	 * @param id the id of the stream
	 * @return 204, or 404 where no stream that lives has the id
	 */
	@DeleteOperation
	public WebEndpointResponse<Void> end(@Selector String list, @Selector String id) {
		List<CallRecord> found = new ArrayList<>(1);
		if (list.equals(STREAMS)) {
			this.liveCalls.forEach((call) -> {
				if (call.streaming() && id(call).equals(id)) {
					found.add(call);
				}
			});
		}
		boolean ended = !found.isEmpty() && found.get(0).guard().end(EndReason.TERMINATED);
		return new WebEndpointResponse<>(
				ended ? WebEndpointResponse.STATUS_NO_CONTENT : WebEndpointResponse.STATUS_NOT_FOUND);
	}

}
