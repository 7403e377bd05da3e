package io.github.grpcpatterns.auth;

import java.util.function.Supplier;

import io.github.grpcpatterns.CallScope;
import io.grpc.Context;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Puts the caller of one call onto a thread and takes it off again: into the
 * {@link Context} and into {@link SecurityContextHolder}.
 */
final class Identity implements CallScope<Identity.Previous> {

	private final Context context;

	/** One for all callbacks of the call, so that entering allocates nothing of ours. */
	private final Supplier<SecurityContext> securityContext;

	Identity(Context context, Authentication authentication) {
		this.context = context;
		SecurityContext securityContext = SecurityContextHolder.createEmptyContext();
		securityContext.setAuthentication(authentication);
		this.securityContext = () -> securityContext;
	}

	@Override
	public Previous enter() {
		Previous previous = new Previous(this.context.attach(), SecurityContextHolder.getDeferredContext());
		SecurityContextHolder.setDeferredContext(this.securityContext);
		return previous;
	}

	@Override
	public void exit(Previous previous) {
		try {
			if (previous.securityContext().get().getAuthentication() == null) {
				SecurityContextHolder.clearContext(); // reading made an empty one
			}
			else {
				SecurityContextHolder.setDeferredContext(previous.securityContext());
			}
		}
		finally {
			this.context.detach(previous.context());
		}
	}

	/**
	 * What was on a thread before.
	 *
	 * @param context its context
	 * @param securityContext its security context, an empty one where there was none
	 */
	record Previous(Context context, Supplier<SecurityContext> securityContext) {
	}

}
