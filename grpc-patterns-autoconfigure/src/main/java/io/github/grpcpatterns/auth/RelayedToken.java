package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.Credential;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * The token with which the caller of the call being handled proved who it is, so that
 * outbound calls made while handling can carry it on
 * ({@code grpc.patterns.client.auth.relay}).
 * <p>
 * Only a token that was accepted is here, as it was received, without {@code Bearer}. It
 * lives in the gRPC {@link Context} alone: never log it, never put it into MDC.
 */
public final class RelayedToken {

	private static final Context.Key<String> KEY = Context.key("io.github.grpcpatterns.relayed-token");

	private RelayedToken() {
	}

	/**
	 * Put an accepted token into a context, for code that authenticates callers itself.
	 * It goes before the {@linkplain CallRecord#credential() credential} of the call.
	 * @param context the context of the call
	 * @param token the token as received, without {@code Bearer}
	 * @return a context that carries the token
	 */
	public static Context in(Context context, String token) {
		return context.withValue(KEY, token);
	}

	/**
	 * Return the token of the caller.
	 * @return the token in the current {@link Context}, or {@code null} where nobody was
	 * authenticated with one
	 */
	public static @Nullable String current() {
		String token = KEY.get();
		if (token != null) {
			return token;
		}
		CallRecord call = CallRecord.current();
		Credential credential = (call != null) ? call.credential() : null;
		return (credential != null) ? credential.token() : null;
	}

}
