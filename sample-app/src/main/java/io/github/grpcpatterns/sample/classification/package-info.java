/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tells what kind of document a text is, one at a time or many in a stream, and takes
 * documents in.
 * <p>
 * The model is trained when the application starts, from the documents in
 * {@code classpath:corpus}, which takes about a second. Its version is a digest of what
 * it was trained with, so it changes when the corpus or the features do. What a request
 * may look like is checked here; who may call, for how long and how errors reach the
 * caller is left to the starter.
 *
 * <table border="1">
 * <caption>What callers are told</caption>
 * <tr>
 * <th>situation</th>
 * <th>status</th>
 * </tr>
 * <tr>
 * <td>text blank or over 100,000 characters, negative {@code max_results}, no requests in
 * a batch, a chunk out of order, an upload that is too large or stops early</td>
 * <td>{@code INVALID_ARGUMENT} with field violations</td>
 * </tr>
 * <tr>
 * <td>a model version that is not loaded</td>
 * <td>{@code NOT_FOUND}</td>
 * </tr>
 * </table>
 *
 * In a batch and in {@code ClassifyStream} the same is told as an {@code ErrorEvent} in
 * the place of the answer, and the call goes on.
 */
@NullMarked
package io.github.grpcpatterns.sample.classification;

import org.jspecify.annotations.NullMarked;
