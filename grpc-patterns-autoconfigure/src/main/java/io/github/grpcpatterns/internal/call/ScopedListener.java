package io.github.grpcpatterns.internal.call;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Runs every callback within a {@link CallScope}.
 */
final class ScopedListener<T, P extends @Nullable Object> extends ServerCall.Listener<T> {

	private final ServerCall.Listener<T> delegate;

	private final CallScope<P> scope;

	ScopedListener(ServerCall.Listener<T> delegate, CallScope<P> scope) {
		this.delegate = delegate;
		this.scope = scope;
	}

	@Override
	public void onMessage(T message) {
		P previous = this.scope.enter();
		try {
			this.delegate.onMessage(message);
		}
		finally {
			this.scope.exit(previous);
		}
	}

	@Override
	public void onHalfClose() {
		P previous = this.scope.enter();
		try {
			this.delegate.onHalfClose();
		}
		finally {
			this.scope.exit(previous);
		}
	}

	@Override
	public void onCancel() {
		P previous = this.scope.enter();
		try {
			this.delegate.onCancel();
		}
		finally {
			this.scope.exit(previous);
		}
	}

	@Override
	public void onComplete() {
		P previous = this.scope.enter();
		try {
			this.delegate.onComplete();
		}
		finally {
			this.scope.exit(previous);
		}
	}

	@Override
	public void onReady() {
		P previous = this.scope.enter();
		try {
			this.delegate.onReady();
		}
		finally {
			this.scope.exit(previous);
		}
	}

}
