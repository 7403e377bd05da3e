package io.github.grpcpatterns.internal.call;

/**
 * With what the caller of a server's call proved who it is. It lives in the record of the
 * call, and so in the gRPC {@link io.grpc.Context}.
 */
public interface Credential {

	/**
	 * Return the token. Never log it, never put it into MDC.
	 * @return the token as received, without {@code Bearer}
	 */
	String token();

}
