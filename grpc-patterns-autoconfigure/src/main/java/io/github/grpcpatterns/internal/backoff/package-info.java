/**
 * Waiting between two attempts, for retries and for streams that are opened again.
 */
@NullMarked
package io.github.grpcpatterns.internal.backoff;

import org.jspecify.annotations.NullMarked;
