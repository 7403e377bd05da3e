/**
 * The words that applications and patterns both speak: the order of the chain on either
 * side, why a call ended, and which settings hold for a method.
 * <p>
 * Each pattern has a package of its own below this one. It uses this package, the rooms
 * below {@code internal} and {@code stack}, and never another pattern.
 */
@NullMarked
package io.github.grpcpatterns;

import org.jspecify.annotations.NullMarked;
