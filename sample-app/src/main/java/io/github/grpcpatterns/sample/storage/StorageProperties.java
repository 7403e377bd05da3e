/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.storage;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * {@link ConfigurationProperties Properties} for the document store.
 *
 * @param directory Directory to keep documents in, made if it is not there. Defaults to
 * one of the user's own in the system's directory for temporary files, which a restart of
 * the machine may clear.
 */
@ConfigurationProperties(prefix = "sample.storage", ignoreUnknownFields = false)
record StorageProperties(@Nullable Path directory) {

	Path directoryOrDefault() {
		return (this.directory != null) ? this.directory : Path.of(System.getProperty("java.io.tmpdir"),
				"grpc-patterns-sample-" + System.getProperty("user.name"));
	}

}
