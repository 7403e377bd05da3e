/**
 * The wait between two attempts, for retries and for reopened streams.
 */
@NullMarked
package io.github.grpcpatterns.internal.backoff;

import org.jspecify.annotations.NullMarked;
