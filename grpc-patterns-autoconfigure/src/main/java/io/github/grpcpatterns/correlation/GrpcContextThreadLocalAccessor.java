package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.CorrelationId;
import io.grpc.Context;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the gRPC {@link Context}, with the correlation id and the identity in it, into
 * executors and Reactor, and keeps the MDC in step.
 */
final class GrpcContextThreadLocalAccessor implements ThreadLocalAccessor<Context> {

	static final String KEY = "grpc.patterns.context";

	@Override
	public Object key() {
		return KEY;
	}

	@Override
	public @Nullable Context getValue() {
		Context context = Context.current();
		return (context != Context.ROOT) ? context : null;
	}

	@Override
	public void setValue(Context context) {
		context.attach();
		Ids.restore(CorrelationId.current());
	}

	@Override
	public void setValue() {
		setValue(Context.ROOT);
	}

}
