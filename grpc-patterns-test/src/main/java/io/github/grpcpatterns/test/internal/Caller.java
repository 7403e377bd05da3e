/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The caller of the test that is running, as an interceptor of the test's channel: its
 * tokens stand for a caller each, and say nothing by themselves.
 */
public final class Caller implements ClientInterceptor {

	private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final AtomicLong TOKENS = new AtomicLong();

	private final Map<String, Identity> issued = new ConcurrentHashMap<>();

	private final ManualTimer timer;

	private volatile @Nullable String token;

	public Caller(ManualTimer timer) {
		this.timer = timer;
	}

	/**
	 * Be somebody from now on.
	 * @param name the name
	 * @param authorities the authorities
	 * @param validFor how long, {@code null} for ever
	 */
	public void is(String name, List<String> authorities, @Nullable Duration validFor) {
		String token = "test-token-" + TOKENS.incrementAndGet();
		this.issued.put(token,
				new Identity(name, authorities, (validFor != null) ? this.timer.instant() : null, validFor));
		this.token = token;
	}

	/**
	 * Be nobody from now on.
	 */
	public void isAnonymous() {
		this.token = null;
	}

	@Nullable Identity of(String token) {
		return this.issued.get(token);
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		String token = this.token;
		ClientCall<ReqT, RespT> call = next.newCall(method, callOptions);
		return (token != null) ? new ForwardingClientCall.SimpleForwardingClientCall<>(call) {

			@Override
			public void start(Listener<RespT> responseListener, Metadata headers) {
				if (!headers.containsKey(AUTHORIZATION)) { // what the test sends itself
															// stays
					headers.put(AUTHORIZATION, "Bearer " + token);
				}
				super.start(responseListener, headers);
			}

		} : call;
	}

	/**
	 * A caller.
	 *
	 * @param name the name
	 * @param authorities the authorities
	 * @param since when its token was issued, {@code null} where it has no end
	 * @param validFor how long it is valid, {@code null} where it has no end
	 */
	record Identity(String name, List<String> authorities, @Nullable Instant since, @Nullable Duration validFor) {
	}

}
