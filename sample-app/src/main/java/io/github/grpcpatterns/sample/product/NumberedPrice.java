/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

/**
 * A price with its place among all prices that were told.
 *
 * @param sequence the number, greater than that of every price told before
 * @param price the price
 */
record NumberedPrice(long sequence, Price price) {

}
