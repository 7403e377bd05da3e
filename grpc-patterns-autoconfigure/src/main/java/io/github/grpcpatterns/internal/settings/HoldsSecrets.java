/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

/**
 * Marks settings that contain secrets, so that the report of a value that cannot be bound
 * omits the value.
 */
public interface HoldsSecrets {

}
