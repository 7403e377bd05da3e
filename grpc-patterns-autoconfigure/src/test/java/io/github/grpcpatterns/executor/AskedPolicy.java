/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * A policy that does as the caller asks: a header says with which effort it decides, and
 * how. Without that header it admits at once.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
final class AskedPolicy implements ServerInterceptor, Admission<Boolean> {

	private static final Metadata.Key<String> ASKED = Metadata.Key.of("asked", Metadata.ASCII_STRING_MARSHALLER);

	/** The effort and the thread of each decision. */
	final List<String> asked = new CopyOnWriteArrayList<>();

	/** The thread on which each call was refused. */
	final List<String> refusedOn = new CopyOnWriteArrayList<>();

	static Metadata refuse(Effort effort) {
		return headers(effort + " refuse");
	}

	static Metadata admit(Effort effort) {
		return headers(effort + " admit");
	}

	static Metadata fail(Effort effort) {
		return headers(effort + " fail");
	}

	private static Metadata headers(String value) {
		Metadata headers = new Metadata();
		headers.put(ASKED, value);
		return headers;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.RATE_LIMIT;
	}

	@Override
	public Boolean decide(CallRecord call, Metadata headers, Effort effort) {
		String[] asked = (headers.get(ASKED) != null) ? headers.get(ASKED).split(" ") : new String[] { "LOOK_UP", "" };
		this.asked.add(call.methodName().replaceAll(".*/", "") + " " + effort + " on "
				+ Thread.currentThread().getName().replaceAll("\\d+", "n"));
		if (effort.compareTo(Effort.valueOf(asked[0].toUpperCase(Locale.ROOT))) < 0) {
			return null;
		}
		if (asked[1].equals("fail") && effort != Effort.WAIT) {
			throw new IllegalStateException("too early");
		}
		return !asked[1].equals("refuse");
	}

	@Override
	public boolean admits(Boolean decision) {
		return decision;
	}

	@Override
	public boolean computes() {
		return true;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		ServerCallGuard guard = ServerCallGuard.current();
		if (decision(guard.record(), headers)) {
			return next.startCall(call, headers);
		}
		this.refusedOn.add(Thread.currentThread().getName().replaceAll("\\d+", "n"));
		return guard.refuse(call, EndReason.RATE_LIMITED);
	}

}
