/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The product catalogue: {@code product.v1.ProductService} over Spring Data JDBC.
 *
 * <table>
 * <caption>Where to find what</caption>
 * <tr>
 * <th>Method</th>
 * <th>Shows</th>
 * <th>Class</th>
 * </tr>
 * <tr>
 * <td>{@code GetProduct}, {@code CreateProduct}, {@code DeleteProduct}</td>
 * <td>plain exceptions that the starter turns into statuses</td>
 * <td>{@code ProductGrpcService}</td>
 * </tr>
 * <tr>
 * <td>{@code ListProducts}</td>
 * <td>a server stream that reads its source as fast as the client reads</td>
 * <td>{@code PageCursor}</td>
 * </tr>
 * <tr>
 * <td>{@code BatchCreateProducts}</td>
 * <td>a client stream that is stored as a whole or not at all</td>
 * <td>{@code ProductBatch}</td>
 * </tr>
 * <tr>
 * <td>{@code WatchPrices}</td>
 * <td>a two-way stream that is fed from another thread and can be resumed</td>
 * <td>{@code PriceStream}, {@code PriceFeed}</td>
 * </tr>
 * </table>
 */
@NullMarked
package io.github.grpcpatterns.sample.product;

import org.jspecify.annotations.NullMarked;
