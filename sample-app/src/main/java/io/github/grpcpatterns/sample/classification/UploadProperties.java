/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} for uploads.
 *
 * @param maxSize Size that a document may have, all chunks together. If a size suffix is
 * not specified, bytes will be used.
 */
@ConfigurationProperties(prefix = "sample.upload", ignoreUnknownFields = false)
record UploadProperties(@DefaultValue("50MB") DataSize maxSize) {

	UploadProperties {
		if (maxSize.toBytes() <= 0) {
			throw new IllegalArgumentException("sample.upload.max-size must be positive.");
		}
	}

}
