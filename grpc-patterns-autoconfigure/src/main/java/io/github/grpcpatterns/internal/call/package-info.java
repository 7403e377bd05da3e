/**
 * The life of one call: its record, its guard, what it sends, and the report of its end.
 */
@NullMarked
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.NullMarked;
