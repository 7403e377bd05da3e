/**
 * What all patterns stand on: the names of methods and their settings, the record and the
 * guard of a call, and the order of the chain on either side.
 * <p>
 * Each pattern has a package of its own below this one and uses only what stands here,
 * never another pattern.
 */
@NullMarked
package io.github.grpcpatterns;

import org.jspecify.annotations.NullMarked;
