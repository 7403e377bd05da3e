/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.grpc.ServerBuilder;

/**
 * What an application does to the builder of its server, as a bean.
 */
@FunctionalInterface
interface UserCustomizer {

	void customize(ServerBuilder<?> builder);

}
