/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.resilience4j.retry.RetryRegistry;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Retries calls that failed before the server responded, if that is safe.
 * <p>
 * Without it, a call fails with its first attempt, unless the channel has a retry policy
 * of its own. With it, the caller of a failing call waits longer, up to its deadline, and
 * an idempotent method may run more than once.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class RetryClientInterceptor implements ClientInterceptor, MethodSettingsSource, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(RetryClientInterceptor.class);

	/**
	 * Targets are few; what makes them up at run time shares one budget past this many.
	 */
	private static final int MAX_AUTHORITIES = 1000;

	private final MethodSettings<RetryPolicy> settings;

	private final CallTimer timer;

	private final DoubleSupplier random;

	private final PerMethod<RetryPolicy> policies;

	private final RetryClientProperties.Budget budget;

	private final Map<String, RetryBudget> budgets = new ConcurrentHashMap<>();

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	private final long bufferLimitTotal;

	private final AtomicLong buffered = new AtomicLong();

	RetryClientInterceptor(RetryClientProperties properties, CallTimer timer, RetryRegistry registry) {
		this(properties, timer, registry, () -> ThreadLocalRandom.current().nextDouble());
	}

	/**
	 * Create it.
	 * @param random the chance in the waits, from 0 to 1
	 */
	RetryClientInterceptor(RetryClientProperties properties, CallTimer timer, RetryRegistry registry,
			DoubleSupplier random) {
		this.settings = MethodSettings.client(properties.methodOverrides(),
				(lookup) -> RetryPolicy.of(lookup, properties));
		this.timer = timer;
		this.random = random;
		this.policies = this.settings.perMethod((name, policy) -> policy.registered(registry));
		this.budget = properties.budget();
		long total = properties.bufferLimitTotal().toBytes();
		this.bufferLimitTotal = (total > 0) ? total : Long.MAX_VALUE;
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.RETRY;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.client("retry");
	}

	@Override
	public Map<String, MethodSettingsSource.Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		RetryPolicy policy = this.policies.get(method);
		OwnRetries ownRetries = callOptions.getOption(OwnRetries.KEY);
		if (ownRetries != null) {
			ownRetries.settings(policy.waits(), this.timer);
			return next.newCall(method, callOptions);
		}
		return new RetryCall<>(new RetryLoop<>(this, policy, method, callOptions, next));
	}

	RetryBudget budget(@Nullable String authority) {
		String name = String.valueOf(authority);
		RetryBudget budget = this.budgets.get(name);
		if (budget != null) {
			return budget;
		}
		String key = (this.budgets.size() < MAX_AUTHORITIES) ? name : "";
		return this.budgets.computeIfAbsent(key, (unused) -> new RetryBudget(this.budget));
	}

	CallTimer timer() {
		return this.timer;
	}

	double random() {
		return this.random.getAsDouble();
	}

	/**
	 * Take room in the memory that all calls share.
	 * @return whether there was enough
	 */
	boolean reserve(long bytes) {
		if (this.buffered.addAndGet(bytes) <= this.bufferLimitTotal) {
			return true;
		}
		this.buffered.addAndGet(-bytes);
		return false;
	}

	/**
	 * Take room that is needed in any case.
	 */
	void claim(long bytes) {
		this.buffered.addAndGet(bytes);
	}

	void release(long bytes) {
		this.buffered.addAndGet(-bytes);
	}

	long buffered() {
		return this.buffered.get();
	}

	/**
	 * Warn, once for each authority, that the channel retries too.
	 */
	void channelRetries(String authority) {
		if (this.warned.size() < MAX_AUTHORITIES && this.warned.add(authority)) {
			logger.warn("The channel to {} has a retry policy of its own: its attempts multiply with those of {}. "
					+ "Remove one of the two.", authority, RetryClientProperties.PREFIX);
		}
	}

}
