/**
 * The lifecycle of a call: its record, its guard, its messages, and the report of its
 * end.
 */
@NullMarked
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.NullMarked;
