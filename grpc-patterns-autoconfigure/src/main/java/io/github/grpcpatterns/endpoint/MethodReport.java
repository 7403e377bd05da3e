/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The methods and their effective settings, as the endpoint returns them.
 *
 * @param methods the methods in the order of names
 */
public record MethodReport(List<MethodPolicy> methods) implements OperationResponseBody {

}
