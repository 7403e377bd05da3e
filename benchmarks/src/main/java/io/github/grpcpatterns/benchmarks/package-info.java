/**
 * What the patterns cost, measured with JMH.
 */
@NullMarked
package io.github.grpcpatterns.benchmarks;

import org.jspecify.annotations.NullMarked;
