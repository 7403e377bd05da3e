package io.github.grpcpatterns.auth;

import io.grpc.ServerCall;

/**
 * Runs the callbacks of a call with its caller on the thread.
 */
final class IdentifiedListener<ReqT> extends ServerCall.Listener<ReqT> {

	private final ServerCall.Listener<ReqT> delegate;

	private final Identity identity;

	IdentifiedListener(ServerCall.Listener<ReqT> delegate, Identity identity) {
		this.delegate = delegate;
		this.identity = identity;
	}

	@Override
	public void onMessage(ReqT message) {
		Identity.Previous previous = this.identity.enter();
		try {
			this.delegate.onMessage(message);
		}
		finally {
			this.identity.exit(previous);
		}
	}

	@Override
	public void onHalfClose() {
		Identity.Previous previous = this.identity.enter();
		try {
			this.delegate.onHalfClose();
		}
		finally {
			this.identity.exit(previous);
		}
	}

	@Override
	public void onCancel() {
		Identity.Previous previous = this.identity.enter();
		try {
			this.delegate.onCancel();
		}
		finally {
			this.identity.exit(previous);
		}
	}

	@Override
	public void onComplete() {
		Identity.Previous previous = this.identity.enter();
		try {
			this.delegate.onComplete();
		}
		finally {
			this.identity.exit(previous);
		}
	}

	@Override
	public void onReady() {
		Identity.Previous previous = this.identity.enter();
		try {
			this.delegate.onReady();
		}
		finally {
			this.identity.exit(previous);
		}
	}

}
