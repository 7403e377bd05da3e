/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.function.Consumer;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * The outermost interceptor of a server: creates the {@link CallRecord} and the
 * {@link ServerCallGuard} of each call, runs one callback at a time, and reports the end
 * of the call.
 * <p>
 * No exception from further in passes it. It is always present; no pattern works without
 * it.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CallServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final CallEnvironment environment;

	CallServerInterceptor(CallEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CALL;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		Context context = Context.current();
		CallRecord record = CallRecord.SERVER.get(context);
		// No tracer, or a call within a call: then the context alone tells of a cancel
		// while a callback is under way.
		boolean traced = record != null && record.guardIfAny() == null;
		if (record == null || !traced) {
			record = new CallRecord(this.environment.timer().nanoTime());
			context = context.withValue(CallRecord.SERVER, record);
		}
		record.begin(call.getMethodDescriptor(), call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
		ServerCallGuard guard = new ServerCallGuard(record, context, this.environment);
		record.guard(guard);
		ReportedCall<ReqT, RespT> reported = new ReportedCall<>(call, guard);
		guard.out().outermost(reported);
		SerializedListener<ReqT> listener = new SerializedListener<>(guard);
		guard.in().tryEnter(); // succeeds, because the guard is not published yet
		this.environment.liveCalls().add(guard);
		if (!traced) {
			context.addListener((cancelled) -> guard.transportClosed(), Runnable::run);
		}
		else if (record.transportStatus() != null) { // before there was a guard to tell
			guard.transportClosed();
		}
		Consumer<ServerCallGuard> earlyEnd = record.earlyEnd();
		if (earlyEnd != null) {
			earlyEnd.accept(guard);
		}
		ServerCall.Listener<ReqT> started = start(reported, headers, next, guard);
		listener.delegate(started);
		guard.in().started(started);
		guard.in().exit();
		return listener;
	}

	private static <ReqT, RespT> ServerCall.Listener<ReqT> start(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next, ServerCallGuard guard) {
		Context previous = guard.in().enter();
		try {
			return next.startCall(call, headers);
		}
		catch (Throwable ex) {
			guard.out().innermost(call);
			guard.thrown(ex);
			return new ServerCall.Listener<>() {
			};
		}
		finally {
			guard.in().leave(previous);
			guard.out().innermost(call); // where the chain did not reach its end
		}
	}

}
