/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.SocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.context.ThreadLocalAccessor;

/**
 * Opens what is package-private here to the tests of the patterns.
 */
public final class TestCalls {

	private TestCalls() {
	}

	public static ServerInterceptor callServerInterceptor(CallTimer timer, RichStatus richStatus,
			ExceptionMapping mapping) {
		return callServerInterceptor(timer, timer.executor(), richStatus, mapping, new LiveCalls());
	}

	public static ServerInterceptor callServerInterceptor(CallTimer timer, Executor handlers, RichStatus richStatus,
			ExceptionMapping mapping, LiveCalls liveCalls) {
		CallTimer reports = (timer instanceof PolicyClock manual) ? manual.unlisted() : timer;
		return new CallServerInterceptor(new CallEnvironment(timer, handlers, richStatus, mapping, liveCalls,
				new RecentRefusals(Clock.systemUTC()), new ReportWatch(reports, liveCalls)));
	}

	public static LiveCalls liveCalls() {
		return new LiveCalls();
	}

	public static ServerInterceptor handlerServerInterceptor() {
		return new HandlerServerInterceptor();
	}

	public static ServerStreamTracer.Factory tracer(CallTimer timer, RegisteredMethods methods,
			UnknownMethodListener... listeners) {
		return new CallServerTracer.Factory(timer, methods, List.of(listeners), false);
	}

	public static RegisteredMethods registeredMethods() {
		return new RegisteredMethods();
	}

	public static ServerServiceDefinition register(ServerServiceDefinition service) {
		return new RegisteredMethods().register(service);
	}

	public static RegisteredMethods registered(ServerServiceDefinition service) {
		RegisteredMethods methods = new RegisteredMethods();
		methods.register(service);
		return methods;
	}

	public static RegisteredMethods registered(Server server) {
		RegisteredMethods methods = new RegisteredMethods();
		methods.add(server);
		return methods;
	}

	public static ClientInterceptor callClientInterceptor(CallTimer timer) {
		return new CallClientInterceptor(timer, new CalledMethods());
	}

	public static ThreadLocalAccessor<Context> contextAccessor() {
		return new GrpcContextThreadLocalAccessor();
	}

	public static ExceptionMapping unknownMapping(RichStatus richStatus) {
		return new CallAutoConfiguration().grpcPatternsExceptionMapping(richStatus);
	}

	public static SharedCallTimer sharedTimer() {
		return new SharedCallTimer();
	}

	/**
	 * A record of a call that lives.
	 */
	public static CallRecord record(MethodDescriptor<?, ?> method, SocketAddress peer) {
		CallRecord record = new CallRecord(0);
		record.begin(method, peer);
		return record;
	}

	/**
	 * A record as a reporter gets it, of a call that has ended.
	 */
	public static CallRecord ended(MethodDescriptor<?, ?> method, Status status, EndReason reason) {
		CallRecord record = new CallRecord(0);
		record.begin(method, null);
		record.end(status, reason, 1_500_000);
		return record;
	}

}
