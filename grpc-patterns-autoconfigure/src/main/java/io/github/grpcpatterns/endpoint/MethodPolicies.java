/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CalledMethods;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.grpc.MethodDescriptor;

/**
 * Collects the effective policy of each method, for the endpoint, the report and tests.
 * May be called from any thread; computes anew each time.
 */
public final class MethodPolicies {

	private final RegisteredMethods served;

	private final CalledMethods called;

	private final List<MethodSettingsSource> sources;

	MethodPolicies(RegisteredMethods served, CalledMethods called, Collection<MethodSettingsSource> sources) {
		this.served = served;
		this.called = called;
		this.sources = sources.stream()
			.sorted(Comparator.comparing(MethodSettingsSource::pattern,
					Comparator.comparing(ActivePattern::side).thenComparing(ActivePattern::name)))
			.toList();
	}

	/**
	 * Return each method that is served or was called.
	 * @return the policies in the order of the methods' names
	 */
	public List<MethodPolicy> all() {
		Map<String, MethodDescriptor<?, ?>> methods = new TreeMap<>();
		this.called.all().forEach((method) -> methods.put(method.getFullMethodName(), method));
		methods.putAll(this.served.all());
		return methods.values().stream().map(this::policy).toList();
	}

	private MethodPolicy policy(MethodDescriptor<?, ?> method) {
		boolean served = this.served.contains(method.getFullMethodName());
		Map<String, MethodPolicy.Setting> settings = new LinkedHashMap<>();
		for (MethodSettingsSource source : this.sources) {
			if (served || source.pattern().side() == ActivePattern.Side.CLIENT) {
				String prefix = source.pattern().name() + ".";
				source.settings(method)
					.forEach((name, setting) -> settings.put(prefix + name,
							new MethodPolicy.Setting(SettingText.of(setting.value()), setting.property())));
			}
		}
		MethodSettingsSource.Access access = served ? access(method) : null;
		return new MethodPolicy(method.getFullMethodName(), CallRecord.kind(method),
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

}
