/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Talking to each other: {@code chat.v1.ChatService}. Rooms are within the process, or
 * between instances in the profile {@code redis}.
 */
@NullMarked
package io.github.grpcpatterns.sample.chat;

import org.jspecify.annotations.NullMarked;
