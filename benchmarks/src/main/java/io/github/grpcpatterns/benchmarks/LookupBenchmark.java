/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.List;
import java.util.stream.IntStream;

import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The look-up of a method's settings, for a hundred methods in turn: the first, which
 * resolves them, and every further one.
 */
public class LookupBenchmark extends ShortBenchmark {

	private static final int METHODS = 100;

	/**
	 * How many overrides there are.
	 */
	@Param({ "0", "10", "100" })
	private int overrides;

	private final List<MethodDescriptor<byte[], byte[]>> methods = IntStream.range(0, METHODS)
		.mapToObj((i) -> Bytes.method("bench.v1.Service" + i + "/Method", MethodDescriptor.MethodType.UNARY))
		.toList();

	private int next;

	private @Nullable MethodSettings<Integer> settings;

	private PerMethod<Integer> perMethod = new PerMethod<>((method) -> 0);

	/**
	 * Make the overrides.
	 */
	@Setup
	public void start() {
		List<Entry> overrides = IntStream.range(0, this.overrides)
			.mapToObj((i) -> new Entry(List.of("bench.v1.Service" + i + "/*"), i))
			.toList();
		this.settings = MethodSettings.server(MethodOverrides.of("bench", overrides),
				(lookup) -> lookup.value("value", Entry::value, -1));
		this.perMethod = this.settings.perMethod();
	}

	/**
	 * What a method's first call pays.
	 * @return the settings
	 */
	@Benchmark
	public Integer first() {
		MethodSettings<Integer> settings = this.settings;
		if (settings == null) {
			throw new IllegalStateException("not started");
		}
		return settings.settle(method());
	}

	/**
	 * What each further call pays.
	 * @return the settings
	 */
	@Benchmark
	public Integer further() {
		return this.perMethod.get(method());
	}

	private MethodDescriptor<byte[], byte[]> method() {
		this.next = (this.next + 1) % METHODS;
		return this.methods.get(this.next);
	}

	record Entry(List<String> methods, Integer value) implements MethodOverride {
	}

}
