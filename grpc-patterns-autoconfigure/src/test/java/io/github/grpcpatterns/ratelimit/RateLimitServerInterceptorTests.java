/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallerKey;
import io.github.grpcpatterns.internal.call.EarlyDecisions;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.TokenRate;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Early;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link RateLimitServerInterceptor} with local buckets.
 */
class RateLimitServerInterceptorTests {

	private static final String PING = PingServiceGrpc.getPingMethod().getFullMethodName();

	private static final String SAFE = PingServiceGrpc.getPingSafeMethod().getFullMethodName();

	private static final String IDEMPOTENT = PingServiceGrpc.getPingIdempotentMethod().getFullMethodName();

	private final PolicyClock clock = new PolicyClock();

	private final CallRecorder recorder = new CallRecorder();

	private final PingService service = new PingService();

	private final AtomicReference<String> principal = new AtomicReference<>();

	static List<MethodDescriptor<PingRequest, PingResponse>> methods() {
		return List.of(PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(),
				PingServiceGrpc.getPingStreamMethod(), PingServiceGrpc.getPingBidiMethod());
	}

	static RateLimitServerProperties properties(double callsPerSecond, long burst, Per per,
			RateLimitServerProperties.Override... overrides) {
		return new RateLimitServerProperties(true, callsPerSecond, burst, per, Duration.ofMillis(250),
				OnStoreFailure.LOCAL, List.of(overrides));
	}

	private static RateLimitServerProperties.Override override(String methods, Double callsPerSecond, Long burst,
			Per per) {
		return new RateLimitServerProperties.Override(List.of(methods.split(",")), callsPerSecond, burst, per, null,
				null);
	}

	private CallLimiters limiters(RateLimitServerProperties properties) {
		return new CallLimiters(properties, this.clock, "", null);
	}

	private RateLimitServerInterceptor interceptor(RateLimitServerProperties properties) {
		return new RateLimitServerInterceptor(limiters(properties), new RichStatus(RichStatus.DEFAULT_DOMAIN));
	}

	private GrpcHarness start(RateLimitServerProperties properties) {
		return GrpcHarness.netty()
			.service(this.service)
			.timer(this.clock)
			.interceptors(this.recorder, new Authenticated(this.principal), interceptor(properties))
			.start();
	}

	private static RawCall call(GrpcHarness harness, MethodDescriptor<PingRequest, PingResponse> method) {
		RawCall call = RawCall
			.start(harness.channel(), method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
					new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
		call.await();
		return call;
	}

	@ParameterizedTest
	@MethodSource("methods")
	void whatComesFasterThanTheRateIsRefusedAndToldWhenToComeAgain(MethodDescriptor<PingRequest, PingResponse> method)
			throws Exception {
		try (GrpcHarness harness = start(properties(2.5, 0, Per.METHOD))) {
			for (int i = 0; i < 3; i++) {
				assertThat(call(harness, method).await().getCode()).isEqualTo(Status.Code.OK);
				assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.COMPLETED);
			}
			this.clock.advance(Duration.ofMillis(100));
			RawCall refused = call(harness, method);
			assertThat(refused.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(refused.await().getDescription()).isEqualTo("too many calls");
			assertThat(refused.trailers().get(RichStatus.PUSHBACK)).isEqualTo("300");
			List<Any> details = refused.trailers().get(RichStatus.DETAILS).getDetailsList();
			assertThat(details.get(0).unpack(ErrorInfo.class).getReason()).isEqualTo("RATE_LIMITED");
			assertThat(details.get(1).unpack(RetryInfo.class).getRetryDelay().getNanos()).isEqualTo(300_000_000);
			CallRecord record = this.recorder.await();
			assertThat(record.endReason()).isEqualTo(EndReason.RATE_LIMITED);
			assertThat(record.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(this.service.calls).hasValue(3);
			this.clock.advance(Duration.ofMillis(300));
			assertThat(call(harness, method).await().getCode()).isEqualTo(Status.Code.OK);
		}
	}

	@Test
	void eachMethodHasARateOfItsOwn() {
		CallLimiters limiters = limiters(properties(1, 0, Per.METHOD));
		assertThat(acquire(limiters, PING, null, null)).isZero();
		assertThat(acquire(limiters, PING, "alice", null)).isPositive();
		assertThat(acquire(limiters, SAFE, null, null)).isZero();
	}

	@Test
	void principalsAndPeersHaveOneBucketForAllMethodsThatShareTheSetting() {
		for (Per per : new Per[] { Per.PRINCIPAL, Per.PEER }) {
			CallLimiters limiters = limiters(properties(1, 0, per, override(SAFE + "," + IDEMPOTENT, 1.0, null, null)));
			assertThat(acquire(limiters, PING, "alice", peer("10.0.0.1", 1))).isZero();
			assertThat(acquire(limiters, "x.Y/Z", "alice", peer("10.0.0.1", 2))).isPositive();
			assertThat(acquire(limiters, SAFE, "alice", peer("10.0.0.1", 3))).isZero();
			assertThat(acquire(limiters, IDEMPOTENT, "alice", peer("10.0.0.1", 4))).isPositive();
			assertThat(acquire(limiters, PING, "bob", peer("10.0.0.2", 1))).isZero();
		}
	}

	@Test
	void withoutAPrincipalThePeerCountsAndIsNotTakenForOne() {
		CallLimiters limiters = limiters(properties(1, 0, Per.PRINCIPAL));
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 1))).isZero();
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 2))).isPositive();
		assertThat(acquire(limiters, PING, null, peer("10.0.0.2", 1))).isZero();
		assertThat(acquire(limiters, PING, "10.0.0.1", peer("10.0.0.1", 1))).isZero();
		assertThat(acquire(limiters, PING, null, null)).isZero();
		assertThat(acquire(limiters, PING, null, null)).isPositive();
		SocketAddress unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
		assertThat(acquire(limiters, PING, null, unresolved)).isZero();
		assertThat(acquire(limiters, PING, null, InetSocketAddress.createUnresolved("somewhere", 2))).isPositive();
	}

	@Test
	void longNamesAreToldApart() {
		CallLimiters limiters = limiters(properties(1, 0, Per.PRINCIPAL));
		String name = "x".repeat(10_000);
		assertThat(acquire(limiters, PING, name, null)).isZero();
		assertThat(acquire(limiters, PING, name + "y", null)).isZero();
		assertThat(acquire(limiters, PING, name, null)).isPositive();
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), null);
		call.principal(name);
		assertThat(CallerKey.text(CallerKey.of(call, true))).hasSizeLessThan(128);
	}

	@Test
	void thePrincipalOfACallIsTheOneThatAuthFound() {
		try (GrpcHarness harness = start(properties(1, 0, Per.PRINCIPAL))) {
			this.principal.set("alice");
			assertThat(call(harness, PingServiceGrpc.getPingMethod()).await().isOk()).isTrue();
			assertThat(call(harness, PingServiceGrpc.getPingSafeMethod()).await().isOk()).isFalse();
			this.principal.set("bob");
			assertThat(call(harness, PingServiceGrpc.getPingMethod()).await().isOk()).isTrue();
			this.principal.set(null);
			assertThat(call(harness, PingServiceGrpc.getPingMethod()).await().isOk()).isTrue();
			assertThat(call(harness, PingServiceGrpc.getPingMethod()).await().isOk()).isFalse();
		}
	}

	@Test
	void tokenIsSpentOnceWhereTheDecisionIsEarly() throws Exception {
		RateLimitServerInterceptor rateLimit = interceptor(properties(1, 3, Per.METHOD));
		Early early = new Early(rateLimit.admission());
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(this.service)
			.timer(this.clock)
			.interceptors(this.recorder, early, rateLimit)
			.start()) {
			for (int i = 0; i < 3; i++) {
				assertThat(call(harness, PingServiceGrpc.getPingMethod()).await().isOk()).isTrue();
				assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.COMPLETED);
			}
			RawCall refused = call(harness, PingServiceGrpc.getPingMethod());
			assertThat(refused.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(refused.trailers().get(RichStatus.PUSHBACK)).isEqualTo("1000");
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.RATE_LIMITED);
			assertThat(early.outcomes).containsExactly(EarlyDecisions.Outcome.ADMITTED, EarlyDecisions.Outcome.ADMITTED,
					EarlyDecisions.Outcome.ADMITTED, EarlyDecisions.Outcome.REFUSED);
			assertThat(this.service.calls).hasValue(3);
		}
	}

	@Test
	void bucketOfAPrincipalIsUsedOnceItIsKnownWhoTheCallerIs() {
		RateLimitServerAdmission admission = interceptor(properties(1, 1, Per.PRINCIPAL)).admission();
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), peer("10.0.0.1", 1));
		assertThat(admission.decide(call, new Metadata(), Effort.LOOK_UP)).isNull();
		assertThat(admission.decide(call, new Metadata(), Effort.COMPUTE)).isNull();
		call.principal("alice");
		call.identified();
		assertThat(admission.decide(call, new Metadata(), Effort.LOOK_UP)).isZero();
		assertThat(admission.decide(call, new Metadata(), Effort.LOOK_UP)).isPositive();
		CallRecord anonymous = TestCalls.record(PingServiceGrpc.getPingMethod(), peer("10.0.0.1", 1));
		assertThat(admission.decide(anonymous, new Metadata(), Effort.WAIT)).as("the peer's").isZero();
	}

	@Test
	void bucketOfAPeerNeedsNoCaller() {
		RateLimitServerAdmission admission = interceptor(properties(1, 1, Per.PEER)).admission();
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), peer("10.0.0.1", 1));
		assertThat(admission.decide(call, new Metadata(), Effort.LOOK_UP)).isZero();
	}

	@Test
	void anOverrideDecidesSettingBySetting() {
		CallLimiters limiters = limiters(properties(1, 3, Per.METHOD, override(PING, 0.0, null, null),
				override(SAFE, null, 0L, null), override(IDEMPOTENT, 0.5, null, Per.PEER)));
		assertThat(limiters.perMethod().get(Methods.named(PING))).isSameAs(CallLimiter.NONE);
		assertThat(passes(limiters, SAFE)).isEqualTo(1);
		assertThat(passes(limiters, IDEMPOTENT)).isEqualTo(3);
		assertThat(passes(limiters, "x.Y/Z")).isEqualTo(3);
	}

	@Test
	void methodsWithAnotherBurstHaveAnotherBucket() {
		CallLimiters limiters = limiters(properties(1, 2, Per.PEER, override(SAFE, null, 5L, null)));
		assertThat(passes(limiters, PING)).isEqualTo(2);
		assertThat(passes(limiters, SAFE)).isEqualTo(5);
	}

	@Test
	void nothingIsLimitedWithoutARate() {
		assertThat(limiters(properties(0, 3, Per.PEER)).perMethod().get(Methods.named(PING)))
			.isSameAs(CallLimiter.NONE);
	}

	@Test
	void healthAndReflectionArePassedOverUnlessAnOverrideNamesThem() {
		String check = HealthGrpc.getCheckMethod().getFullMethodName();
		assertThat(limiters(properties(1, 0, Per.METHOD, override("*", 1.0, null, null))).perMethod()
			.get(HealthGrpc.getCheckMethod())).isSameAs(CallLimiter.NONE);
		CallLimiters named = limiters(
				properties(1, 0, Per.METHOD, override("grpc.health.v1.Health/*", 2.0, null, null)));
		assertThat(passes(named, check)).isEqualTo(2);
		assertThat(named.perMethod().get(Methods.named("grpc.reflection.v1.ServerReflection/ServerReflectionInfo")))
			.isSameAs(CallLimiter.NONE);
	}

	@Test
	void methodsPastTheLimitShareABucket() {
		PerMethod<CallLimiter> limiters = limiters(properties(1, 3, Per.METHOD)).perMethod();
		Methods.many().forEach(limiters::get);
		CallLimiter late = limiters.get(Methods.named("late.v1.Service/A"));
		assertThat(late).isSameAs(limiters.get(Methods.named("late.v1.Service/B")))
			.isNotSameAs(limiters.get(Methods.named("invented.v1.Service/Method0")));
	}

	@Test
	void theRateHoldsInTheLongRun() {
		CallLimiters limiters = limiters(properties(0.7, 1, Per.PEER));
		int passed = 0;
		for (int i = 0; i < 10_000; i++) {
			passed += (acquire(limiters, PING, null, peer("10.0.0.1", i)) == 0) ? 1 : 0;
			this.clock.advance(Duration.ofMillis(10));
		}
		assertThat(passed).isBetween(70, 71);
	}

	@Test
	void callersAreForgottenWhenTheirBucketIsFull() {
		CallLimiters limiters = limiters(properties(1, 2, Per.PEER));
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 1))).isZero();
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 1))).isZero();
		this.clock.advance(Duration.ofMillis(1999));
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 1))).isZero();
		assertThat(acquire(limiters, PING, null, peer("10.0.0.1", 1))).isPositive();
		this.clock.advance(Duration.ofSeconds(2));
		assertThat(passes(limiters, PING)).isEqualTo(2);
	}

	/**
	 * A new caller has a full bucket, so each caller that is let in again was forgotten.
	 */
	@Test
	void theNumberOfBucketsIsBounded() {
		int more = 10_000;
		LocalLimiter limiter = new LocalLimiter(TokenRate.of(0.001, 1), Per.PRINCIPAL, this.clock);
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), peer("10.0.0.1", 1));
		int admitted = 0;
		for (int round = 0; round < 2; round++) {
			admitted = 0;
			for (int i = 0; i < LocalLimiter.MAX_CALLERS + more; i++) {
				call.principal("caller-" + i);
				admitted += (limiter.acquire(call) == 0) ? 1 : 0;
			}
			if (round == 0) {
				assertThat(admitted).isEqualTo(LocalLimiter.MAX_CALLERS + more);
			}
		}
		assertThat(admitted).isGreaterThanOrEqualTo(more);
	}

	@Test
	void noMoreThanABoundedNumberOfCallersIsRemembered() {
		CallLimiters limiters = limiters(properties(1, 1, Per.PRINCIPAL));
		int more = 500;
		for (int i = 0; i < LocalLimiter.MAX_CALLERS + more; i++) {
			assertThat(acquire(limiters, PING, "caller" + i, peer("10.0.0.1", 1))).isZero();
		}
		int forgotten = 0;
		for (int i = 0; i < LocalLimiter.MAX_CALLERS + more; i++) {
			forgotten += (acquire(limiters, PING, "caller" + i, peer("10.0.0.1", 1)) == 0) ? 1 : 0;
		}
		assertThat(forgotten).isGreaterThanOrEqualTo(more);
	}

	@Test
	void whatHoldsForAMethodCanBeLookedUpWithThePropertyThatDecided() {
		String prefix = "grpc.patterns.server.rate-limit.";
		CallLimiters limiters = limiters(
				properties(2.5, 0, Per.PRINCIPAL, override(PING, 0.0, null, null), override(SAFE, 1.0, 7L, null)));
		assertThat(limiters.settings().settings(Methods.named("x.Y/Z"))).containsExactly(
				entry("calls-per-second", new Setting<>(2.5, prefix + "calls-per-second")),
				entry("burst", new Setting<>(3L, prefix + "burst")),
				entry("per", new Setting<>(Per.PRINCIPAL, prefix + "per")));
		assertThat(limiters.settings().settings(Methods.named(PING)))
			.containsExactly(entry("calls-per-second", new Setting<>(0.0, prefix + "overrides[0].calls-per-second")));
		assertThat(limiters.settings().settings(Methods.named(SAFE)))
			.containsEntry("burst", new Setting<>(7L, prefix + "overrides[1].burst"))
			.containsEntry("per", new Setting<>(Per.PRINCIPAL, prefix + "per"));
		assertThat(limiters.settings().settings(HealthGrpc.getCheckMethod())).isEmpty();
	}

	private int passes(CallLimiters limiters, String method) {
		List<Long> waits = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			waits.add(acquire(limiters, method, null, peer("10.0.0.1", i)));
		}
		return (int) waits.stream().filter((wait) -> wait == 0).count();
	}

	private static long acquire(CallLimiters limiters, String method, String principal, SocketAddress peer) {
		CallRecord call = TestCalls.record(PingServiceGrpc.getPingMethod(), peer);
		if (principal != null) {
			call.principal(principal);
		}
		return limiters.perMethod().get(Methods.named(method)).acquire(call);
	}

	private static SocketAddress peer(String address, int port) {
		return new InetSocketAddress(address, port);
	}

	/**
	 * Stands where auth stands.
	 */
	private record Authenticated(AtomicReference<String> principal) implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			if (this.principal.get() != null) {
				CallRecord.current().principal(this.principal.get());
			}
			return next.startCall(call, headers);
		}

	}

}
