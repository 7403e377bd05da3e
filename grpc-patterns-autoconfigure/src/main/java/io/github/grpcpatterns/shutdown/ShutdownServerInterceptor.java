package io.github.grpcpatterns.shutdown;

import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallDrain;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Refuses calls that arrive after the server has sent GOAWAY. Their handlers have not
 * started, so clients may retry them.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class ShutdownServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final ServerDrain drain;

	ShutdownServerInterceptor(ServerDrain drain) {
		this.drain = drain;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.SHUTDOWN;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("shutdown");
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return Set.of(EndReason.SERVER_DRAINING);
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		if (this.drain.underWay()) {
			ServerCallGuard guard = ServerCallGuard.current();
			if (this.drain.concerns(guard)) {
				return guard.refuse(call, EndReason.SERVER_DRAINING, CallDrain.RETRY);
			}
		}
		return next.startCall(call, headers);
	}

}
