/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The vocabulary shared by applications and patterns: the order of interceptors on either
 * side, the reason why a call ended, and the settings that apply to a method.
 * <p>
 * Each pattern has a package of its own below this one. It uses this package, the rooms
 * below {@code internal} and {@code stack}, and never another pattern.
 */
@NullMarked
package io.github.grpcpatterns;

import org.jspecify.annotations.NullMarked;
