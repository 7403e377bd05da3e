/**
 * Limits of the transport of a server, and warnings of what a host leaves open.
 * <p>
 * The limits hold for connections, below the calls, on either Netty; what the stack's own
 * settings or a builder customizer of the application set stays. The warnings are logged
 * once, when a server is built: that it speaks without TLS beyond loopback, that it
 * serves reflection there, and that grpc-java or Netty is older than a version without
 * published faults. Each can be made to fail the start instead.
 */
@NullMarked
package io.github.grpcpatterns.transport;

import org.jspecify.annotations.NullMarked;
