/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link MethodSettings}.
 */
class MethodSettingsTests {

	private static final String PREFIX = "grpc.patterns.server.example";

	private static final MethodDescriptor<?, ?> CHECK = Methods.named("grpc.health.v1.Health/Check");

	private static final MethodDescriptor<?, ?> REFLECTION = Methods
		.named("grpc.reflection.v1.ServerReflection/ServerReflectionInfo");

	private final AtomicInteger settled = new AtomicInteger();

	private Policy settle(MethodSettings.Lookup<Override> lookup) {
		this.settled.incrementAndGet();
		return new Policy(lookup.limit("max", Override::max, Duration.ofDays(1)),
				lookup.value("per", Override::per, "method"), lookup.method().isIdempotent());
	}

	private MethodSettings<Policy> server(Override... overrides) {
		return MethodSettings.server(MethodOverrides.of(PREFIX, List.of(overrides)), this::settle);
	}

	private MethodSettings<Policy> client(Override... overrides) {
		return MethodSettings.client(MethodOverrides.of(PREFIX, List.of(overrides)), this::settle);
	}

	private static Policy policy(int days, String per) {
		return new Policy(Duration.ofDays(days), per, false);
	}

	@Test
	void callsAndThoseWhoLookGetTheSame() {
		MethodSettings<Policy> settings = server(new Override(List.of("a.B/*"), Duration.ofDays(2), null));
		assertThat(settings.perMethod().get(Methods.named("a.B/C"))).isEqualTo(policy(2, "method"));
		assertThat(settings.settings(Methods.named("a.B/C"))).containsExactly(
				entry("max", new Setting<>(Duration.ofDays(2), PREFIX + ".overrides[0].max")),
				entry("per", new Setting<>("method", PREFIX + ".per")));
	}

	@Test
	void aMethodIsSettledOnceForCalls() {
		PerMethod<Policy> policies = server().perMethod();
		assertThat(policies.get(Methods.named("a.B/C"))).isSameAs(policies.get(Methods.named("a.B/C")));
		assertThat(this.settled).hasValue(1);
	}

	@Test
	void limitsPassOverHealthAndReflectionUnlessAnOverrideNamesThem() {
		MethodSettings<Policy> settings = server(new Override(List.of("*"), Duration.ofDays(2), "peer"),
				new Override(List.of("grpc.health.*"), null, "principal"));
		assertThat(settings.settle(CHECK)).isEqualTo(policy(0, "principal"));
		assertThat(settings.settings(CHECK))
			.containsExactly(entry("per", new Setting<>("principal", PREFIX + ".overrides[1].per")));
		assertThat(settings.settle(REFLECTION)).isEqualTo(policy(0, "method"));
		assertThat(settings.settings(REFLECTION)).isEmpty();
	}

	@Test
	void onTheClientTheyAreMethodsLikeOthers() {
		MethodSettings<Policy> settings = client(new Override(List.of("*"), null, "peer"));
		assertThat(settings.settle(CHECK)).isEqualTo(policy(1, "peer"));
		assertThat(settings.settings(CHECK)).containsOnlyKeys("max", "per");
	}

	@Test
	void pastTheLimitAnOverrideHoldsForTheMethodsThatItNames() {
		MethodSettings<Policy> settings = server(new Override(List.of("*"), Duration.ofDays(2), null),
				new Override(List.of("a.*"), Duration.ofDays(3), "peer"),
				new Override(List.of("a.B/*", "grpc.*"), null, "principal"),
				new Override(List.of("a.B/C"), Duration.ofDays(4), null));
		PerMethod<Policy> policies = settings.perMethod();
		Methods.many().forEach(policies::get);
		for (String name : List.of("x.Y/Z", "a.X/Y", "a.B/X", "a.B/C", "a.b.C/D", "grpc.health.v1.Health/Check",
				"grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "grpc.lb.v1.LoadBalancer/X")) {
			MethodDescriptor<?, ?> method = Methods.named(name);
			assertThat(policies.get(method)).as(name).isEqualTo(settings.settle(method));
		}
		int before = this.settled.get();
		Methods.many().map((method) -> Methods.named("a.X/" + method.getBareMethodName())).forEach(policies::get);
		assertThat(this.settled).hasValue(before);
	}

	@Test
	void pastTheLimitNoMethodBecomesIdempotent() {
		PerMethod<Policy> policies = client().perMethod();
		Methods.many().forEach(policies::get);
		assertThat(policies.get(PingServiceGrpc.getPingIdempotentMethod()).idempotent()).isTrue();
		assertThat(policies.get(PingServiceGrpc.getPingMethod()).idempotent()).isFalse();
	}

	@Test
	void whatIsMadeOfASettledMethodHasTheNameOfTheOther() {
		PerMethod<String> made = client(new Override(List.of("a.B/*"), null, null)).perMethod((name, policy) -> name);
		Methods.many().forEach(made::get);
		assertThat(made.get(Methods.named("x.Y/Z"))).isEqualTo(OtherMethod.NAME);
		assertThat(made.get(Methods.named("a.B/C"))).isEqualTo("a.B/*");
	}

	private record Policy(Duration max, String per, boolean idempotent) {
	}

	private record Override(List<String> methods, @Nullable Duration max,
			@Nullable String per) implements MethodOverride {
	}

}
