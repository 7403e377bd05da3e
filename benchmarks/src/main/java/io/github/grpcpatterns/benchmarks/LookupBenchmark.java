package io.github.grpcpatterns.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The look-up of a method's settings, for a hundred methods in turn: the first, which
 * resolves them, and every further one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class LookupBenchmark {

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
		List<Override> overrides = IntStream.range(0, this.overrides)
			.mapToObj((i) -> new Override(List.of("bench.v1.Service" + i + "/*"), i))
			.toList();
		this.settings = MethodSettings.server(MethodOverrides.of("bench", overrides),
				(lookup) -> lookup.value("value", Override::value, -1));
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

	record Override(List<String> methods, Integer value) implements MethodOverride {
	}

}
